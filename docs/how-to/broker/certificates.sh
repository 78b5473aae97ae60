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

refuse() { echo "$1" >&2; exit 1; }

quietly() { said=$("$@" 2>&1) || refuse "$said"; }

# A name becomes a part of topics and of a file's name: nothing else may be in it. `+` cannot be, so it stands for the `/`.
named() {
    case $1 in
    clinic) ;;
    -*) refuse "found the name '$1', expected it to begin with a letter or a digit" ;;
    */*/* | /* | */ | *[!A-Za-z0-9._:/-]*) refuse "found the name '$1', expected SITE/STATION of letters, digits, . _ : - or clinic" ;;
    */*) ;;
    *) refuse "found the name '$1', expected SITE/STATION or clinic" ;;
    esac
}

file_of() { printf '%s' "$1" | tr '/' '+'; }

issue() { # file subject days end [request options...]: the key is made anew, and takes its place only once it is signed
    file=$1 subject=$2 days=$3 end=$4
    shift 4
    openssl ecparam -name prime256v1 -genkey -noout -out ".new.key"
    quietly openssl req -new -key .new.key -subj "$subject" -out .new.csr "$@"
    quietly openssl ca -batch -config authority.conf -extensions "$end" -in .new.csr -out .new.pem -days "$days" -notext
    mv -- .new.key "$file.key"
    mv -- .new.pem "$file.pem"
    rm -f .new.csr
}

list() { quietly openssl ca -config authority.conf -gencrl -out revoked.pem; }

case $what in
authority)
    [ -e authority.key ] && refuse "found an authority in $folder, expected none: it is not made anew"
    chmod 700 .
    touch index.txt
    echo 1000 > serial
    openssl ecparam -name prime256v1 -genkey -noout -out authority.key
    quietly openssl req -new -x509 -config authority.conf -key authority.key -days 7300 -subj "/CN=Pressout authority" -out authority.pem
    list
    ;;
broker)
    names=""
    for host in "$@"; do
        case $host in
        -* | *[!A-Za-z0-9.:-]*) refuse "found the name '$host', expected a host's name or address" ;;
        *:* | *[!0-9.]*) case $host in *:*) kind=IP ;; *) kind=DNS ;; esac ;;
        *) kind=IP ;;
        esac
        names="$names,$kind:$host"
    done
    issue broker "/CN=$1" 825 server_end -addext "subjectAltName=${names#,}"
    ;;
client)
    named "$1"
    case ${2:-825} in *[!0-9]* | ????*) refuse "found ${2:-} days, expected at most 999" ;; esac
    issue "$(file_of "$1")" "/CN=$(printf '%s' "$1" | sed 's#/#\\/#g')" "${2:-825}" client_end
    ;;
revoke)
    named "$1"
    # Every one that was ever given out under this name, also those whose files were replaced.
    serials=$(tr -d '\\\\' < index.txt | awk -F '\t' -v name="/CN=$1" '$1 == "V" && $6 == name { print $4 }')
    [ -n "$serials" ] || refuse "found no valid certificate of '$1', expected one that was made here"
    for serial in $serials; do
        quietly openssl ca -config authority.conf -revoke "$serial.pem"
    done
    list
    ;;
*)
    echo "found $what, expected authority, broker, client or revoke" >&2
    exit 2
    ;;
esac
