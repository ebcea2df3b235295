"""What files offers to the whole."""

from lingting.platform.ui.manifest import Manifest

manifest = Manifest(app="files", pages=[("files/", "lingting.platform.files.urls")])
