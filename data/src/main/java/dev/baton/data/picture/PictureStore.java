package dev.baton.data.picture;

import dev.baton.DataException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** Where the values of decoded pictures are kept. One thread adds; several may read at once afterwards. */
interface PictureStore {

    /**
     * Keeps the values of a picture.
     *
     * @return its place, for {@link #get}
     */
    long add(byte[] values);

    /**
     * The values of a picture; not to be changed.
     *
     * @param place what {@link #add} gave
     * @param count how many values it has
     */
    byte[] get(long place, int count);

    static PictureStore inMemory() {
        List<byte[]> pictures = new ArrayList<>();
        return new PictureStore() {
            @Override
            public long add(byte[] values) {
                pictures.add(values);
                return pictures.size() - 1;
            }

            @Override
            public byte[] get(long place, int count) {
                return pictures.get((int) place);
            }
        };
    }

    /**
     * In a file of its own, which goes with whoever reads it: nobody else sees it, and nothing is left of it when the
     * process ends, however it does.
     */
    static PictureStore onDisk(Path folder) {
        Path file = folder.resolve("baton-pictures-" + UUID.randomUUID());
        try {
            var channel = FileChannel.open(
                    file,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.READ,
                    StandardOpenOption.DELETE_ON_CLOSE);
            return new OnDisk(folder, channel);
        } catch (IOException e) {
            throw new DataException("cannot make a file for decoded pictures in " + folder + ": " + e, e);
        }
    }

    /** Values one after the other; a place is where they begin. */
    final class OnDisk implements PictureStore {

        private final Path folder;
        private final FileChannel channel;
        private long end;

        private OnDisk(Path folder, FileChannel channel) {
            this.folder = folder;
            this.channel = channel;
        }

        @Override
        public long add(byte[] values) {
            var bytes = ByteBuffer.wrap(values);
            long place = end;
            try {
                while (bytes.hasRemaining()) {
                    end += channel.write(bytes, end);
                }
            } catch (IOException e) {
                throw new DataException(
                        String.format(
                                Locale.ROOT,
                                "cannot write decoded pictures to %s, after %,d bytes of them: %s",
                                folder,
                                end,
                                e.getMessage()),
                        e);
            }
            return place;
        }

        @Override
        public byte[] get(long place, int count) {
            var values = new byte[count];
            var bytes = ByteBuffer.wrap(values);
            try {
                while (bytes.hasRemaining()) {
                    if (channel.read(bytes, place + bytes.position()) < 0) {
                        throw new EOFException("the file has become shorter");
                    }
                }
            } catch (IOException e) {
                throw new DataException("cannot read decoded pictures back from " + folder + ": " + e, e);
            }
            return values;
        }
    }
}
