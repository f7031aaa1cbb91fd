"""Where runs are executed: in this process, or in several on this machine."""
