"""The paper's tables and figures, from training to the picture. Started by scripts/reproduce.py."""
