"""The fitted model: ticks of tension in, what the patient does out, and how sure that is. The same for both lines."""
