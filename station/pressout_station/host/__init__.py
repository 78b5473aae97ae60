"""The computer it runs on: display, kiosk, watchdog, start-up, host checks, settings."""
