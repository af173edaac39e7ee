"""The panes of the workspace, one package each, its widget in ``pane.py``; none knows another."""
