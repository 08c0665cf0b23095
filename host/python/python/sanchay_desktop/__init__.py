"""The desktop application: windows over the package sanchay, in one process.

``sanchay-desktop`` starts it; docs/DESKTOP.md says what it does. Nothing here is
meant to be imported by other programs.
"""
