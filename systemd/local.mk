# What systemd needs to know.
