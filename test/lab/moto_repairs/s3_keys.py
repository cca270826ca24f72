"""Keys with a newline: the paths of moto's server end before it."""

from moto.moto_server import utilities


def install():
    original = utilities.RegexConverter.__init__

    def with_newlines(self, url_map, *items):
        original(self, url_map, *items)
        self.regex = "(?s:" + items[0] + ")"

    utilities.RegexConverter.__init__ = with_newlines
