"""The forms in which events leave: our own JSON, OCSF and CEF. Pure; each is one line, whatever an event holds."""
