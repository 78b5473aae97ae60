"""What therapists do at the station: accounts, PINs, doses, calibration."""
