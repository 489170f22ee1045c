"""Superset with the dashboards, on this machine. Runs in Superset's own environment; see docs/superset.md.

python bi/superset/serve.py data/superset wirehouse.zip [--port 8088]
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

if TYPE_CHECKING:
    from flask import Flask

USER = "admin"


def kept(path: Path) -> str:
    """A secret made at the first start and kept in a file that only its owner can read."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text()


def environment(home: Path) -> None:
    """Tell Superset where it lives, before it is imported."""
    home.mkdir(parents=True, exist_ok=True)
    os.environ["SUPERSET_HOME"] = str(home.resolve())
    os.environ["SUPERSET_SECRET_KEY"] = kept(home / "secret_key")
    os.environ["SUPERSET_CONFIG_PATH"] = str(Path(__file__).parent / "superset_config.py")


def prepared(bundle: Path, password: str) -> Flask:
    """Superset with its database up to date, its one user, and the dashboards of the zip in place of the last ones."""
    from flask import g
    from flask_migrate import upgrade
    from superset.app import create_app
    from superset.extensions import appbuilder
    from superset.extensions import security_manager as users
    from superset.utils.core import override_user

    app = create_app()
    with app.app_context():
        import superset
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.commands.importers.v1.utils import METADATA_FILE_NAME, get_contents_from_bundle

        upgrade(str(Path(superset.__file__).parent / "migrations"))
        appbuilder.add_permissions(update_perms=True)
        users.sync_role_definitions()
        user = users.find_user(USER)
        if user is None:
            user = users.add_user(USER, "Wirehouse", "Admin", "admin@localhost", users.find_role("Admin"), password)
        else:
            users.reset_password(user.id, password)
        g.user = user
        with ZipFile(bundle) as archive, override_user(user):
            contents = get_contents_from_bundle(archive)
            # A zip of type Dashboard, which Superset's page takes, leaves charts and datasets as they once were.
            contents[METADATA_FILE_NAME] = contents[METADATA_FILE_NAME].replace("type: Dashboard", "type: assets")
            ImportAssetsCommand(contents).run()
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve Superset with the dashboards on loopback.")
    parser.add_argument("home", type=Path, help="folder of all that Superset writes")
    parser.add_argument("bundle", type=Path, help="zip made by bundle.py")
    parser.add_argument("--port", type=int, default=8088)
    arguments = parser.parse_args()
    environment(arguments.home)
    password = os.environ.get("WIREHOUSE_SUPERSET_PASSWORD") or kept(arguments.home / "password")
    prepared(arguments.bundle, password)
    address = f"http://127.0.0.1:{arguments.port}"
    print(f"\nSuperset  {address}/superset/dashboard/overview/\nUser      {USER}", flush=True)
    # Not the password itself, which would stay in logs.
    variable = "WIREHOUSE_SUPERSET_PASSWORD"
    where = variable if variable in os.environ else f"in {arguments.home}/password"
    print(f"Password  {where}\nEnds with Ctrl-C.\n", flush=True)
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{arguments.port}", "--workers", "2"]
    gunicorn += ["--worker-class", "gthread", "--threads", "4", "--timeout", "120", "--log-level", "warning"]
    gunicorn += ["superset.app:create_app()"]
    os.execv(gunicorn[0], gunicorn)


if __name__ == "__main__":
    main()
