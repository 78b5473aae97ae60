#!/bin/sh
# A small authority of your own for a broker, its stations and the clinic. Keep its folder off the network.
# usage: certificates.sh FOLDER authority
#        certificates.sh FOLDER broker HOST [HOST...]     the names or addresses by which the broker is reached
#        certificates.sh FOLDER client NAME [DAYS]        SITE/STATION, or clinic
#        certificates.sh FOLDER revoke NAME               then give the broker the new revoked.pem
set -eu
folder=$1 what=$2
shift 2
umask 077
mkdir -p "$folder"
cd "$folder"

cat > authority.conf <<CONF
[ca]
default_ca = own
[own]
dir = .
database = index.txt
serial = serial
new_certs_dir = .
certificate = authority.pem
private_key = authority.key
default_md = sha256
default_days = 825
default_crl_days = 3650
unique_subject = no
copy_extensions = copy
policy = anyone
[anyone]
commonName = supplied
[server_end]
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
[client_end]
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
[req]
distinguished_name = named
x509_extensions = the_authority
[named]
[the_authority]
basicConstraints = critical, CA:TRUE, pathlen:0
subjectKeyIdentifier = hash
keyUsage = critical, keyCertSign, cRLSign
CONF

file_of() { printf '%s' "$1" | tr '/' '-'; }

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

sign() { # request certificate days end
    openssl ca -batch -config authority.conf -extensions "$4" -in "$1" -out "$2" -days "$3" -notext 2>/dev/null
    rm -f "$1"
}

list() { openssl ca -config authority.conf -gencrl -out revoked.pem 2>/dev/null; }

case $what in
authority)
    [ -e authority.key ] && { echo "found an authority in $folder, expected none: it is not made anew" >&2; exit 1; }
    touch index.txt
    echo 1000 > serial
    key authority.key
    openssl req -new -x509 -config authority.conf -key authority.key -days 7300 -subj "/CN=Pressout authority" -out authority.pem
    list
    ;;
broker)
    names=""
    for host in "$@"; do
        case $host in
        *[!0-9.]*) names="$names,DNS:$host" ;;
        *) names="$names,IP:$host" ;;
        esac
    done
    key broker.key
    openssl req -new -key broker.key -subj "/CN=$1" -addext "subjectAltName=${names#,}" -out broker.csr
    sign broker.csr broker.pem 825 server_end
    ;;
client)
    file=$(file_of "$1")
    key "$file.key"
    openssl req -new -key "$file.key" -subj "/CN=$(printf '%s' "$1" | sed 's#/#\\/#g')" -out "$file.csr"
    sign "$file.csr" "$file.pem" "${2:-825}" client_end
    ;;
revoke)
    openssl ca -config authority.conf -revoke "$(file_of "$1").pem" 2>/dev/null
    list
    ;;
*)
    echo "found $what, expected authority, broker, client or revoke" >&2
    exit 2
    ;;
esac
