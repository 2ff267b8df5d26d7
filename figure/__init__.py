"""Draws the demonstration clips: a posed figure, painted without a GPU, as short films.

A tool for the people who make the programme. The site shows what it has drawn and never imports it.

Everything is measured in decimetres and degrees. The figure looks along +z, +y is up, and +x is the
figure's own *left*, which is the viewer's right when the figure faces the viewer.
"""
