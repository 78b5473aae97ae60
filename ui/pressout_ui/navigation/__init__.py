"""Navigation: the patient's way, hands-free, and the therapist's, behind a PIN."""
