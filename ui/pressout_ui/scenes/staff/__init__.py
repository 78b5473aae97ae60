"""The therapist's scenes, behind a PIN: one file a scene, shaped as the patient's are."""
