"""Rules of ARCHITECTURE.md that no import contract can say."""
