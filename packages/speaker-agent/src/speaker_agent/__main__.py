import sys

from speaker_agent.cli import main

sys.exit(main())
