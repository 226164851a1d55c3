# Sourced: finds JDKs.

# jdk VERSION: the home of a JDK of that version, from JAVA_VERSION_HOME, JAVA_HOME or /usr/lib/jvm; nothing where there
# is none.
jdk() {
    local named="JAVA_$1_HOME" home
    for home in "${!named:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        if [ -n "$home" ] && [ -x "$home/bin/javac" ] && "$home/bin/javac" -version 2>&1 | grep -q "^javac $1\b"; then
            echo "$home"
            return
        fi
    done
}
