# The protocol on a simulated kernel.
