"""Assets, one file a stage; the stage is the asset's group."""
