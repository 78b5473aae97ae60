"""What runs at the wall: mailbox, journal, writer, uplink, loop, staff, host, and the composition root."""
