"""The part of the loopback Hub for publishing: repositories, uploads, commits, variables."""

import base64
import hashlib
import json

from tests.support.loopback_repo import Repo, etag, large


class Writing:
    """Routes for a handler that has `served`, `_authorised`, `_repo`, `_json`, `_send` and `_missing`."""

    def _create(self, content: bytes, **_) -> None:
        if not self._authorised():
            self._send(401, b"{}")
            return
        asked = json.loads(content)
        key = (asked.get("type", "model"), f"{asked['organization']}/{asked['name']}")
        exists = key in self.served.repos
        repo = self.served.repos.setdefault(key, Repo(private=asked.get("visibility") == "private"))
        if not exists:
            repo.push({".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"})
            repo.variables = {variable["key"]: variable["value"] for variable in asked.get("variables") or ()}
        prefix = {"dataset": "datasets/", "space": "spaces/"}.get(key[0], "")
        self._json({"url": f"{self.served.url}/{prefix}{key[1]}"}, 409 if exists else 200)

    def _valid(self, **_) -> None:
        self._json({})

    def _preupload(self, kind: str, name: str, content: bytes, **_) -> None:
        repo = self._writable(kind, name)
        if repo:
            rows = []
            for file in json.loads(content)["files"]:
                path = file["path"]
                known = repo.files.get(path)
                mode = "lfs" if large(path) else "regular"
                oid = etag(path, known) if known is not None else None
                rows.append({"path": path, "uploadMode": mode, "shouldIgnore": False, "oid": oid})
            self._json({"files": rows})

    def _batch(self, dataset: str | None, name: str, content: bytes, **_) -> None:
        rows = []
        for item in json.loads(content)["objects"]:
            row = {"oid": item["oid"], "size": item["size"]}
            if item["oid"] not in self.served.stored:
                row["actions"] = {"upload": {"href": f"{self.served.url}/stored/{item['oid']}"}}
            rows.append(row)
        self._json({"objects": rows, "transfer": "basic"})

    def _store(self, oid: str, content: bytes, **_) -> None:
        assert hashlib.sha256(content).hexdigest() == oid
        self.served.stored[oid] = content
        self._json({})

    def _commit(self, kind: str, name: str, content: bytes, **_) -> None:
        repo = self._writable(kind, name)
        if repo is None:
            return
        files = dict(repo.files)
        for line in content.decode().splitlines():
            row = json.loads(line)
            value = row["value"]
            match row["key"]:
                case "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    files[value["path"]] = self.served.stored[value["oid"]]
                case "deletedFile":
                    del files[value["path"]]
        commit = repo.push(files)
        self._json({"commitUrl": f"{self.served.url}/{kind}s/{name}/commit/{commit}", "commitOid": commit})

    def _variables(self, name: str, content: bytes, **_) -> None:
        repo = self._writable("space", name)
        if repo:
            if content:
                asked = json.loads(content)
                repo.variables[asked["key"]] = asked["value"]
            self._json({key: {"value": value} for key, value in repo.variables.items()})

    def _settings(self, kind: str, name: str, content: bytes, **_) -> None:
        repo = self._writable(kind, name)
        if repo:
            repo.private = json.loads(content).get("visibility") == "private"
            self._json({})

    def _writable(self, kind: str, name: str) -> Repo | None:
        repo = self._repo(kind, name) if self._authorised() else None
        if repo is None:
            self._missing() if self._authorised() else self._send(401, b"{}")
        return repo

    _NAME = r"([^/]+/[^/.]+)"
    WRITES = (
        ("POST", r"/api/repos/create", _create),
        ("POST", r"/api/validate-yaml", _valid),
        ("POST", rf"/api/(model|dataset|space)s/{_NAME}/preupload/main", _preupload),
        ("POST", rf"/(datasets/|spaces/)?{_NAME}\.git/info/lfs/objects/batch", _batch),
        ("PUT", r"/stored/(\w+)", _store),
        ("POST", rf"/api/(model|dataset|space)s/{_NAME}/commit/main", _commit),
        ("POST", rf"/api/spaces/{_NAME}/variables", _variables),
        ("PUT", rf"/api/(model|dataset|space)s/{_NAME}/settings", _settings),
        ("GET", rf"/api/spaces/{_NAME}/variables", _variables),
    )
