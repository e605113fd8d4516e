#!/usr/bin/env bash
# An OpAMP agent made of curl, to look at the protocol with. Each call is one plain-HTTP poll:
#   examples/curl-agent.sh hello          describe the agent, and take what the server offers
#   examples/curl-agent.sh applied HASH   report the configuration with this hash as applied
#   examples/curl-agent.sh failed HASH    report it as failed
#   examples/curl-agent.sh bye            say goodbye
# The server's answer is printed as text, as far as it is text. SERVER_URL names another server.
set -euo pipefail
url=${SERVER_URL:-http://127.0.0.1:4320/v1/opamp}

# AgentToServer: 1 instance_uid, 3 agent_description, 4 capabilities (0x1003: reports status, accepts
# remote configuration, reports its result), 7 remote_config_status, 9 agent_disconnect.
uid='\x0a\x10\x01\x90\xf5\xc2\x7a\x3b\x7c\x11\x8d\x22\x01\x23\x45\x67\x89\xab'
description='\x1a\x1e\x0a\x1c\x0a\x0cservice.name\x12\x0c\x0a\x0acurl-agent'
capabilities='\x20\x83\x20'

status() { # hash in hexadecimal, status number
  [[ $1 =~ ^[0-9a-f]{64}$ ]] || { echo "not a hash of 64 hexadecimal digits: '$1'" >&2; exit 2; }
  printf '\\x3a\\x24\\x0a\\x20%s\\x10\\x0%d' "$(sed 's/../\\x&/g' <<<"$1")" "$2"
}

case "${1:-}" in
  hello) message=$uid$description$capabilities ;;
  applied) message=$uid$capabilities$(status "${2:-}" 1) ;;
  failed) message=$uid$capabilities$(status "${2:-}" 3) ;;
  bye) message=$uid$capabilities'\x4a\x00' ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

# shellcheck disable=SC2059
printf "$message" |
  curl -sSf -X POST -H 'Content-Type: application/x-protobuf' --data-binary @- "$url" |
  tr -cd '[:print:]\n'
echo
