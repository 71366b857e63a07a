"""The door for people: rendering templates, reading forms, and the site that puts every page behind one face."""
