"""Judges OCSF events by schemas of somebody else's making: ocsf-json-schema and jsonschema.

Reads one JSON event a line; writes one JSON list of faults a line.
"""

import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

CLASSES = {
    1008: "event_log_actvity",
    2004: "detection_finding",
    3002: "authentication",
    6003: "api_activity",
}

schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0"))
for line in sys.stdin:
    event = json.loads(line)
    schema = schemas.get_class_schema(
        class_name=CLASSES[event["class_uid"]], profiles=event["metadata"]["profiles"]
    )
    faults = [
        f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}"
        for fault in Draft202012Validator(schema).iter_errors(event)
    ]
    print(json.dumps(faults))
