"""The wire's own mechanics, for both ends: one MQTT connection, as safe as the broker allows."""
