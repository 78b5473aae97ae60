"""Staff at the station: accounts, PINs, doses, calibration."""
