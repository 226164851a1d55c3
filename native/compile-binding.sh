#!/usr/bin/env bash
# The compiler that JavaCPP calls for the code that it generates, with the compiler's own arguments. CXX names another one.
#
# The functions of that code stand in the order in which the virtual machine happens to list the methods of a class, which
# is another one in each build. They are sorted first, so that equal sources give an equal library.
set -euo pipefail

functions='/^JNIEXPORT .* Java_/,/^}/'
for argument in "$@"; do
    case "$argument" in
        *.cpp)
            {
                sed "${functions}d" "$argument"
                echo 'extern "C" {'
                # One function a line while they are sorted.
                sed -n "${functions}p" "$argument" | tr '\n' '\001' | sed 's/\x01}\x01/\x01}\n/g' | LC_ALL=C sort \
                    | tr '\001' '\n'
                echo '}'
            } > "$argument.sorted"
            mv "$argument.sorted" "$argument"
            ;;
    esac
done
exec "${CXX:-g++}" "$@"
