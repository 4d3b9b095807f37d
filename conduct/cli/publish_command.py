"""`publish`: sends data, encoder and app to the Hub, or lists what would be sent."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from conduct.cli.check import examine, summary
from conduct.cli.exit_codes import EXIT_OK
from conduct.cli.streams import print_error, write
from conduct.errors import PublishError
from conduct.hub.find_dataset import BUNDLED_DATA, local_dataset


def run_publish(chosen: argparse.Namespace) -> int:
    """Send dataset, encoder and Space, or list what would be sent."""
    from conduct.cli import publish
    from conduct.hub import client, fetch

    if not chosen.dry_run and not client.has_token():
        raise PublishError(publish.LOG_IN)
    # Raises DataError if the text cannot be used.
    print_error(summary(examine(local_dataset(str(BUNDLED_DATA)))))
    with TemporaryDirectory() as folder:
        print_error("Encoding the situations and fitting ...")
        uploads = publish.stage(chosen.owner, Path(folder), _parts(chosen))
        commit = ""
        for upload in uploads:
            for name in upload.left_out:
                print_error(f"{name} is not sent to the {upload.kind}: git does not track it.")
            if chosen.dry_run:
                write(f"To the {upload.kind} {upload.repo}:")
                write("\n".join(f"  {name}  {size:,} bytes" for name, size in upload.files))
                write("".join(f"  variable {key} = {value}\n" for key, value in upload.variables), end="")
                continue
            # The encoder is sent before the Space, which is pinned to its commit.
            if upload.kind == publish.SPACE and commit:
                upload = publish.pin_model(upload, commit)
            sent = publish.send(upload, chosen.private)
            commit = sent.commit if upload.kind == fetch.MODEL else commit
            write(f"{sent.url}: {'a new commit' if sent.changed else 'nothing has changed'}.")
    if chosen.private and not chosen.data_only:
        write("A private dataset is read with a token: give the Space one that may read it, as its secret HF_TOKEN.")
    return EXIT_OK


def _parts(chosen: argparse.Namespace) -> frozenset[str]:
    from conduct.cli.publish import PARTS, SPACE
    from conduct.hub.fetch import DATASET, MODEL

    for part, alone in ((DATASET, chosen.data_only), (MODEL, chosen.model_only), (SPACE, chosen.space_only)):
        if alone:
            return frozenset({part})
    return PARTS
