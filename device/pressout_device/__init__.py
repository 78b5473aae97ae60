"""The load cell: drivers, chip, sampler, calibration files, diagnosis, emulator, simulated patient."""
