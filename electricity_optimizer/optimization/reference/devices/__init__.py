"""What each device type brings to the joint model: one file a type, one line in the registry of `model.py`."""
