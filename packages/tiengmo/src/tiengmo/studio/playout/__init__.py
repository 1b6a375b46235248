"""The process that takes live sound in and sends it out signed: `tiengmo playout`."""
