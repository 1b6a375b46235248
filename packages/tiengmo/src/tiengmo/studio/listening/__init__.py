"""The process that lets citizens hear what the loudspeakers say now: `tiengmo listening`."""
