"""Days like another: a vector a delivery day, an index (HNSW) that finds its nearest neighbours, price scenarios made of them."""
