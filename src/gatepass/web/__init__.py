"""Pages for people, with no rules of their own.

Each part (the widget, the development pages, later the hosted pages, dashboard and portal) parses, calls and renders;
none knows another. The templates, styles and scripts that all of them share lie here as data.
"""
