"""The page where people look things up, and what of the portal is found there."""
