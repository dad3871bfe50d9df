"""Models that learn anew from what shoppers did: on trial against those in use, kept as versions. docs/retrain.md."""
