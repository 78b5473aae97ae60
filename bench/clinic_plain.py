"""The clinic's subscriber as it is usually written, for comparison: one INSERT a row, one transaction a session.

`python -m bench.clinic_plain PORT DSN`. Same broker, same tables, same decoding, same manual acknowledgement and the
same answer to the station: what differs is that rows are inserted one by one and sessions one after the other.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import msgspec
import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Table

from pressout_clinic.projections import rows_of
from pressout_clinic.tables import DOCUMENTS, TYPED
from pressout_session.document import decode
from pressout_session.document_builder import rfc3339
from pressout_session.wire import Ack, AckResult, ack_topic, digest


def statement(table: Table, rest: str = "") -> str:
    """Give the insertion of one row, named; the driver prepares it."""
    names = [column.name for column in table.columns]
    listed = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table.name}" ({listed}) VALUES ({", ".join(f"%({name})s" for name in names)}) {rest}'


def main(port: int, dsn: str) -> None:
    """Store until killed."""
    database = psycopg.connect(dsn)
    head_statement = statement(DOCUMENTS, "ON CONFLICT DO NOTHING")
    statements = {table.name: statement(table) for table in TYPED}

    def took(client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        payload = bytes(message.payload)
        document = decode(payload)
        sha256 = digest(payload)
        head = {column.name: getattr(document, column.name, None) for column in DOCUMENTS.columns}
        head["sha256"] = sha256
        head["stored_at"] = rfc3339(datetime.now(UTC))
        head["document"] = payload.decode()
        with database.transaction(), database.cursor() as cursor:
            cursor.execute(head_statement, head)
            if cursor.rowcount:
                typed = rows_of(document)
                for table in TYPED:
                    for row in typed[table.name]:
                        cursor.execute(statements[table.name], row)
        ack = Ack(revision=document.revision, sha256=sha256, result=AckResult.STORED)
        topic = ack_topic(document.site_id, document.station_id, document.session_id)
        client.publish(topic, msgspec.json.encode(ack), qos=1)
        client.ack(message.mid, message.qos)

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="plain", clean_session=False, manual_ack=True)
    client.on_message = took
    client.on_connect = lambda one, *_rest: one.subscribe("pressout/v1/+/+/session/+", qos=1)
    client.connect("127.0.0.1", port)
    client.loop_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
