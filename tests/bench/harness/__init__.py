"""The parts of run.py: settings, programs, brokers, scenarios, the order of runs, tables."""
