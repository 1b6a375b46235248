"""What is done to sound on its way through the studio, piece by piece as it comes."""
