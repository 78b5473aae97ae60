"""Which scene follows which: the patient's way, hands-free, and the therapist's, behind a PIN."""
