"""The process between the boxes and the database: `tiengmo gateway`."""
