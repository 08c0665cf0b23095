"""Lets ``vpo._core`` be imported, whatever package ``vpo`` there is.

Importing this module registers a finder, the last of all. It answers for the
name ``vpo._core`` where nothing else does, and for ``vpo`` where there is no
such package at all. So an application's own ``vpo``, and a ``vpo/_core.py`` in
it, come first, and no file of theirs is touched.

Installed, this module is imported whenever Python starts, by ``vpo_core.pth``:
it imports nothing but ``sys`` until it is asked for ``vpo._core``.
"""

import sys

__all__ = ["VpoCoreFinder"]


class VpoCoreFinder:
    """Finds ``vpo._core``, and a package ``vpo`` around it, if nobody does."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        """Answer importlib: where this module is, or None."""
        if name not in ("vpo", "vpo._core"):
            return None
        # Editable installations add finders too, perhaps after this one.
        others = iter(sys.meta_path)
        for other in others:
            if other is cls:
                break
        for other in others:
            find = getattr(other, "find_spec", None)
            spec = find(name, path, target) if find else None
            if spec is not None:
                return spec
        from importlib import machinery, util

        if name == "vpo":
            return machinery.ModuleSpec("vpo", None, is_package=True)
        return util.spec_from_file_location(
            name, __file__.removesuffix("__init__.py") + "_core.py"
        )


if VpoCoreFinder not in sys.meta_path:
    sys.meta_path.append(VpoCoreFinder)
