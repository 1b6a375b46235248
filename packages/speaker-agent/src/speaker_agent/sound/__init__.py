"""Sound on the box: kept by the hash of its content, fetched ahead, decoded while it plays."""
