from tests.programme.conftest import texts

__all__ = ["texts"]
