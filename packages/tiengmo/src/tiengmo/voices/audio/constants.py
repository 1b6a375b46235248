"""The figures every sound of the system keeps to. Changing one changes MASTERING_VERSION."""

# Part of every sound's address: with another version the same request is rendered anew.
MASTERING_VERSION = 1

RATE = 48_000  # samples a second, mono
BLOCK = 48  # 1 ms: the limiter's step
SUB_BLOCK = 480  # 10 ms: the step of trimming and of the loudness estimate

TARGET_LUFS = -18.0  # AES TD1008, speech
TOLERANCE_LU = 0.5
CEILING_DBTP = -1.5  # what must hold after decoding

HIGH_PASS_HZ = 80.0  # below it there is rumble and wind, and horns cannot play it
# Speech is a train of sharp pulses, synthetic speech most of all. All-pass filters spread each over
# a few milliseconds: nothing is heard of it, and a limiter has several dB less to take away.
PHASE_ROTATION_HZ = 500.0
PHASE_ROTATION_ORDER = 8
MOST_GAIN_DB = 40.0
LEAD_SECONDS = 0.15  # silence before the first and after the last sound
TAIL_SECONDS = 0.30
