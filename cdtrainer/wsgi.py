"""The WSGI callable that gunicorn serves: the front door, and Django behind it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdtrainer.settings")
django_application = get_wsgi_application()

from cdtrainer.front_door import FrontDoor  # noqa: E402 - reads the settings, which are there only now

application = FrontDoor(django_application)
