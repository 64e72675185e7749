"""What the system tests share: peers, origins, the daemon, raw protocols."""
