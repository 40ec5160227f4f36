#!/bin/sh
# A walk with curl. Start the emulator first (symphony-emulator), then: sh examples/walk.sh [http://127.0.0.1:8080]
set -eu
POD=${1:-http://127.0.0.1:8080}

get() { { cat; echo; } | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n 1; }

echo "A session for alice through acme-desk, without a key: the control plane gives it."
TOKEN=$(curl -fsS "$POD/emulator/v1/tokens" -d '{"user": "alice", "app": "acme-desk"}' | get token)

echo "Who is bob?"
BOB=$(curl -fsS "$POD/pod/v3/users?email=bob@acme.example" -H "sessionToken: $TOKEN" | get id)
echo "  user $BOB"

echo "An IM with him, and a message."
IM=$(curl -fsS "$POD/pod/v1/im/create" -H "sessionToken: $TOKEN" -H 'Content-Type: application/json' -d "[$BOB]" | get id)
curl -fsS "$POD/agent/v4/stream/$IM/message/create" -H "sessionToken: $TOKEN" \
  --form-string 'message=<messageML>Hello <b>Bob</b></messageML>' | get messageId | sed 's/^/  message /'

echo "dave is of another company and not connected: refused, and why."
DAVE=$(curl -fsS "$POD/pod/v3/users?email=dave@globex.example" -H "sessionToken: $TOKEN" | get id)
curl -sS -o /dev/null -D - "$POD/pod/v1/im/create" -H "sessionToken: $TOKEN" -H 'Content-Type: application/json' \
  -d "[$DAVE]" | sed -n 's/^HTTP[^ ]* \([0-9]*\).*/  \1/p; s/^x-emulator-reason: /  /p'

echo "Connect them, and it goes."
curl -fsS "$POD/emulator/v1/connections" -d '{"from": "alice", "to": "dave"}' > /dev/null
curl -fsS "$POD/pod/v1/im/create" -H "sessionToken: $TOKEN" -H 'Content-Type: application/json' -d "[$DAVE]" | get id | sed 's/^/  stream /'

echo "The next call of all is throttled."
curl -fsS "$POD/emulator/v1/faults" -d '{"match": {"path": "/pod/v2/sessioninfo"}, "respond": {"status": 429}, "times": 1}' > /dev/null
for _ in 1 2; do
  curl -sS -o /dev/null -w '  %{http_code}\n' "$POD/pod/v2/sessioninfo" -H "sessionToken: $TOKEN"
done

echo "What this app really needs:"
curl -fsS "$POD/emulator/v1/report?format=text" | sed -n 's/^  least privilege */  /p'

echo "And back to where we were."
curl -fsS -X POST "$POD/emulator/v1/reset" > /dev/null
