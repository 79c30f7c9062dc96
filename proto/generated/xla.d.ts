import * as $protobuf from "protobufjs/minimal.js";

/** Namespace xla. */
export namespace xla {

    /** PrimitiveType enum. */
    enum PrimitiveType {

        /** PRIMITIVE_TYPE_INVALID value */
        PRIMITIVE_TYPE_INVALID = 0,

        /** PRED value */
        PRED = 1,

        /** S8 value */
        S8 = 2,

        /** S16 value */
        S16 = 3,

        /** S32 value */
        S32 = 4,

        /** S64 value */
        S64 = 5,

        /** U8 value */
        U8 = 6,

        /** U16 value */
        U16 = 7,

        /** U32 value */
        U32 = 8,

        /** U64 value */
        U64 = 9,

        /** F16 value */
        F16 = 10,

        /** F32 value */
        F32 = 11,

        /** F64 value */
        F64 = 12,

        /** TUPLE value */
        TUPLE = 13,

        /** OPAQUE_TYPE value */
        OPAQUE_TYPE = 14,

        /** C64 value */
        C64 = 15,

        /** BF16 value */
        BF16 = 16,

        /** TOKEN value */
        TOKEN = 17,

        /** C128 value */
        C128 = 18,

        /** F8E5M2 value */
        F8E5M2 = 19,

        /** F8E4M3FN value */
        F8E4M3FN = 20,

        /** S4 value */
        S4 = 21,

        /** U4 value */
        U4 = 22,

        /** F8E4M3B11FNUZ value */
        F8E4M3B11FNUZ = 23,

        /** F8E5M2FNUZ value */
        F8E5M2FNUZ = 24,

        /** F8E4M3FNUZ value */
        F8E4M3FNUZ = 25,

        /** S2 value */
        S2 = 26,

        /** U2 value */
        U2 = 27,

        /** F8E4M3 value */
        F8E4M3 = 28,

        /** F8E3M4 value */
        F8E3M4 = 29,

        /** S1 value */
        S1 = 30,

        /** U1 value */
        U1 = 31,

        /** F4E2M1FN value */
        F4E2M1FN = 32,

        /** F8E8M0FNU value */
        F8E8M0FNU = 33,

        /** BUFFER value */
        BUFFER = 34
    }

    /**
     * Properties of a TileProto.
     * @deprecated Use xla.TileProto.$Properties instead.
     */
    interface ITileProto extends xla.TileProto.$Properties {
    }

    /** Represents a TileProto. */
    class TileProto {

        /**
         * Constructs a new TileProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.TileProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** TileProto dimensions. */
        dimensions: number[];

        /**
         * Encodes the specified TileProto message. Does not implicitly {@link xla.TileProto.verify|verify} messages.
         * @param message TileProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.TileProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a TileProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.TileProto & xla.TileProto.$Shape} TileProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.TileProto & xla.TileProto.$Shape;
    }

    namespace TileProto {

        /** Properties of a TileProto. */
        interface $Properties {

            /** TileProto dimensions */
            dimensions?: number[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a TileProto. */
        type $Shape = xla.TileProto.$Properties;
    }

    /**
     * Properties of a LayoutProto.
     * @deprecated Use xla.LayoutProto.$Properties instead.
     */
    interface ILayoutProto extends xla.LayoutProto.$Properties {
    }

    /** Represents a LayoutProto. */
    class LayoutProto {

        /**
         * Constructs a new LayoutProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.LayoutProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** LayoutProto minorToMajor. */
        minorToMajor: number[];

        /** LayoutProto tiles. */
        tiles: xla.TileProto[];

        /** LayoutProto elementSizeInBits. */
        elementSizeInBits: number;

        /** LayoutProto memorySpace. */
        memorySpace: number;

        /** LayoutProto tailPaddingAlignmentInElements. */
        tailPaddingAlignmentInElements: number;

        /**
         * Encodes the specified LayoutProto message. Does not implicitly {@link xla.LayoutProto.verify|verify} messages.
         * @param message LayoutProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.LayoutProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a LayoutProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.LayoutProto & xla.LayoutProto.$Shape} LayoutProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.LayoutProto & xla.LayoutProto.$Shape;
    }

    namespace LayoutProto {

        /** Properties of a LayoutProto. */
        interface $Properties {

            /** LayoutProto minorToMajor */
            minorToMajor?: number[];

            /** LayoutProto tiles */
            tiles?: xla.TileProto.$Properties[];

            /** LayoutProto elementSizeInBits */
            elementSizeInBits?: number;

            /** LayoutProto memorySpace */
            memorySpace?: number;

            /** LayoutProto tailPaddingAlignmentInElements */
            tailPaddingAlignmentInElements?: number;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a LayoutProto. */
        type $Shape = xla.LayoutProto.$Properties;
    }

    /**
     * Properties of a ShapeProto.
     * @deprecated Use xla.ShapeProto.$Properties instead.
     */
    interface IShapeProto extends xla.ShapeProto.$Properties {
    }

    /** Represents a ShapeProto. */
    class ShapeProto {

        /**
         * Constructs a new ShapeProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.ShapeProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ShapeProto elementType. */
        elementType: xla.PrimitiveType;

        /** ShapeProto dimensions. */
        dimensions: number[];

        /** ShapeProto tupleShapes. */
        tupleShapes: xla.ShapeProto[];

        /** ShapeProto layout. */
        layout: xla.LayoutProto;

        /** ShapeProto isDynamicDimension. */
        isDynamicDimension: boolean[];

        /**
         * Encodes the specified ShapeProto message. Does not implicitly {@link xla.ShapeProto.verify|verify} messages.
         * @param message ShapeProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.ShapeProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ShapeProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.ShapeProto & xla.ShapeProto.$Shape} ShapeProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.ShapeProto & xla.ShapeProto.$Shape;
    }

    namespace ShapeProto {

        /** Properties of a ShapeProto. */
        interface $Properties {

            /** ShapeProto elementType */
            elementType?: xla.PrimitiveType;

            /** ShapeProto dimensions */
            dimensions?: number[];

            /** ShapeProto tupleShapes */
            tupleShapes?: xla.ShapeProto.$Properties[];

            /** ShapeProto layout */
            layout?: xla.LayoutProto.$Properties;

            /** ShapeProto isDynamicDimension */
            isDynamicDimension?: boolean[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ShapeProto. */
        type $Shape = xla.ShapeProto.$Properties;
    }

    /**
     * Properties of a ProgramShapeProto.
     * @deprecated Use xla.ProgramShapeProto.$Properties instead.
     */
    interface IProgramShapeProto extends xla.ProgramShapeProto.$Properties {
    }

    /** Represents a ProgramShapeProto. */
    class ProgramShapeProto {

        /**
         * Constructs a new ProgramShapeProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.ProgramShapeProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ProgramShapeProto parameters. */
        parameters: xla.ShapeProto[];

        /** ProgramShapeProto result. */
        result: xla.ShapeProto;

        /** ProgramShapeProto parameterNames. */
        parameterNames: string[];

        /**
         * Encodes the specified ProgramShapeProto message. Does not implicitly {@link xla.ProgramShapeProto.verify|verify} messages.
         * @param message ProgramShapeProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.ProgramShapeProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ProgramShapeProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.ProgramShapeProto & xla.ProgramShapeProto.$Shape} ProgramShapeProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.ProgramShapeProto & xla.ProgramShapeProto.$Shape;
    }

    namespace ProgramShapeProto {

        /** Properties of a ProgramShapeProto. */
        interface $Properties {

            /** ProgramShapeProto parameters */
            parameters?: xla.ShapeProto.$Properties[];

            /** ProgramShapeProto result */
            result?: xla.ShapeProto.$Properties;

            /** ProgramShapeProto parameterNames */
            parameterNames?: string[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ProgramShapeProto. */
        type $Shape = xla.ProgramShapeProto.$Properties;
    }

    /**
     * Properties of a LiteralProto.
     * @deprecated Use xla.LiteralProto.$Properties instead.
     */
    interface ILiteralProto extends xla.LiteralProto.$Properties {
    }

    /** Represents a LiteralProto. */
    class LiteralProto {

        /**
         * Constructs a new LiteralProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.LiteralProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** LiteralProto shape. */
        shape: xla.ShapeProto;

        /** LiteralProto preds. */
        preds: Uint8Array;

        /** LiteralProto u8s. */
        u8s: Uint8Array;

        /** LiteralProto s32s. */
        s32s: Uint8Array;

        /** LiteralProto s64s. */
        s64s: Uint8Array;

        /** LiteralProto u32s. */
        u32s: Uint8Array;

        /** LiteralProto u64s. */
        u64s: Uint8Array;

        /** LiteralProto f32s. */
        f32s: Uint8Array;

        /** LiteralProto f64s. */
        f64s: Uint8Array;

        /** LiteralProto tupleLiterals. */
        tupleLiterals: xla.LiteralProto[];

        /** LiteralProto f16s. */
        f16s: Uint8Array;

        /** LiteralProto c64s. */
        c64s: Uint8Array;

        /** LiteralProto bf16s. */
        bf16s: Uint8Array;

        /** LiteralProto s8s. */
        s8s: Uint8Array;

        /** LiteralProto u16s. */
        u16s: Uint8Array;

        /** LiteralProto s16s. */
        s16s: Uint8Array;

        /** LiteralProto c128s. */
        c128s: Uint8Array;

        /** LiteralProto f8e5m2s. */
        f8e5m2s: Uint8Array;

        /** LiteralProto f8e4m3fns. */
        f8e4m3fns: Uint8Array;

        /** LiteralProto s4s. */
        s4s: Uint8Array;

        /** LiteralProto u4s. */
        u4s: Uint8Array;

        /** LiteralProto f8e4m3b11fnuzs. */
        f8e4m3b11fnuzs: Uint8Array;

        /** LiteralProto f8e5m2fnuzs. */
        f8e5m2fnuzs: Uint8Array;

        /** LiteralProto f8e4m3fnuzs. */
        f8e4m3fnuzs: Uint8Array;

        /** LiteralProto s2s. */
        s2s: Uint8Array;

        /** LiteralProto u2s. */
        u2s: Uint8Array;

        /** LiteralProto f8e4m3s. */
        f8e4m3s: Uint8Array;

        /** LiteralProto f8e3m4s. */
        f8e3m4s: Uint8Array;

        /** LiteralProto s1s. */
        s1s: Uint8Array;

        /** LiteralProto u1s. */
        u1s: Uint8Array;

        /** LiteralProto f4e2m1fns. */
        f4e2m1fns: Uint8Array;

        /** LiteralProto f8e8m0fnus. */
        f8e8m0fnus: Uint8Array;

        /**
         * Encodes the specified LiteralProto message. Does not implicitly {@link xla.LiteralProto.verify|verify} messages.
         * @param message LiteralProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.LiteralProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a LiteralProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.LiteralProto & xla.LiteralProto.$Shape} LiteralProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.LiteralProto & xla.LiteralProto.$Shape;
    }

    namespace LiteralProto {

        /** Properties of a LiteralProto. */
        interface $Properties {

            /** LiteralProto shape */
            shape?: xla.ShapeProto.$Properties;

            /** LiteralProto preds */
            preds?: Uint8Array;

            /** LiteralProto u8s */
            u8s?: Uint8Array;

            /** LiteralProto s32s */
            s32s?: Uint8Array;

            /** LiteralProto s64s */
            s64s?: Uint8Array;

            /** LiteralProto u32s */
            u32s?: Uint8Array;

            /** LiteralProto u64s */
            u64s?: Uint8Array;

            /** LiteralProto f32s */
            f32s?: Uint8Array;

            /** LiteralProto f64s */
            f64s?: Uint8Array;

            /** LiteralProto tupleLiterals */
            tupleLiterals?: xla.LiteralProto.$Properties[];

            /** LiteralProto f16s */
            f16s?: Uint8Array;

            /** LiteralProto c64s */
            c64s?: Uint8Array;

            /** LiteralProto bf16s */
            bf16s?: Uint8Array;

            /** LiteralProto s8s */
            s8s?: Uint8Array;

            /** LiteralProto u16s */
            u16s?: Uint8Array;

            /** LiteralProto s16s */
            s16s?: Uint8Array;

            /** LiteralProto c128s */
            c128s?: Uint8Array;

            /** LiteralProto f8e5m2s */
            f8e5m2s?: Uint8Array;

            /** LiteralProto f8e4m3fns */
            f8e4m3fns?: Uint8Array;

            /** LiteralProto s4s */
            s4s?: Uint8Array;

            /** LiteralProto u4s */
            u4s?: Uint8Array;

            /** LiteralProto f8e4m3b11fnuzs */
            f8e4m3b11fnuzs?: Uint8Array;

            /** LiteralProto f8e5m2fnuzs */
            f8e5m2fnuzs?: Uint8Array;

            /** LiteralProto f8e4m3fnuzs */
            f8e4m3fnuzs?: Uint8Array;

            /** LiteralProto s2s */
            s2s?: Uint8Array;

            /** LiteralProto u2s */
            u2s?: Uint8Array;

            /** LiteralProto f8e4m3s */
            f8e4m3s?: Uint8Array;

            /** LiteralProto f8e3m4s */
            f8e3m4s?: Uint8Array;

            /** LiteralProto s1s */
            s1s?: Uint8Array;

            /** LiteralProto u1s */
            u1s?: Uint8Array;

            /** LiteralProto f4e2m1fns */
            f4e2m1fns?: Uint8Array;

            /** LiteralProto f8e8m0fnus */
            f8e8m0fnus?: Uint8Array;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a LiteralProto. */
        type $Shape = xla.LiteralProto.$Properties;
    }

    /**
     * Properties of an OpMetadata.
     * @deprecated Use xla.OpMetadata.$Properties instead.
     */
    interface IOpMetadata extends xla.OpMetadata.$Properties {
    }

    /** Represents an OpMetadata. */
    class OpMetadata {

        /**
         * Constructs a new OpMetadata.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.OpMetadata.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** OpMetadata opType. */
        opType: string;

        /** OpMetadata opName. */
        opName: string;

        /** OpMetadata sourceFile. */
        sourceFile: string;

        /** OpMetadata sourceLine. */
        sourceLine: number;

        /** OpMetadata deduplicatedName. */
        deduplicatedName: string;

        /** OpMetadata stackFrameId. */
        stackFrameId: number;

        /** OpMetadata schedulingName. */
        schedulingName: string;

        /** OpMetadata sourceEndLine. */
        sourceEndLine: number;

        /** OpMetadata sourceColumn. */
        sourceColumn: number;

        /** OpMetadata sourceEndColumn. */
        sourceEndColumn: number;

        /**
         * Encodes the specified OpMetadata message. Does not implicitly {@link xla.OpMetadata.verify|verify} messages.
         * @param message OpMetadata message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.OpMetadata.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an OpMetadata message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.OpMetadata & xla.OpMetadata.$Shape} OpMetadata
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.OpMetadata & xla.OpMetadata.$Shape;
    }

    namespace OpMetadata {

        /** Properties of an OpMetadata. */
        interface $Properties {

            /** OpMetadata opType */
            opType?: string;

            /** OpMetadata opName */
            opName?: string;

            /** OpMetadata sourceFile */
            sourceFile?: string;

            /** OpMetadata sourceLine */
            sourceLine?: number;

            /** OpMetadata deduplicatedName */
            deduplicatedName?: string;

            /** OpMetadata stackFrameId */
            stackFrameId?: number;

            /** OpMetadata schedulingName */
            schedulingName?: string;

            /** OpMetadata sourceEndLine */
            sourceEndLine?: number;

            /** OpMetadata sourceColumn */
            sourceColumn?: number;

            /** OpMetadata sourceEndColumn */
            sourceEndColumn?: number;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an OpMetadata. */
        type $Shape = xla.OpMetadata.$Properties;
    }

    /**
     * Properties of a DeviceAssignmentProto.
     * @deprecated Use xla.DeviceAssignmentProto.$Properties instead.
     */
    interface IDeviceAssignmentProto extends xla.DeviceAssignmentProto.$Properties {
    }

    /** Represents a DeviceAssignmentProto. */
    class DeviceAssignmentProto {

        /**
         * Constructs a new DeviceAssignmentProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.DeviceAssignmentProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** DeviceAssignmentProto replicaCount. */
        replicaCount: number;

        /** DeviceAssignmentProto computationCount. */
        computationCount: number;

        /** DeviceAssignmentProto computationDevices. */
        computationDevices: xla.DeviceAssignmentProto.ComputationDevice[];

        /**
         * Encodes the specified DeviceAssignmentProto message. Does not implicitly {@link xla.DeviceAssignmentProto.verify|verify} messages.
         * @param message DeviceAssignmentProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.DeviceAssignmentProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a DeviceAssignmentProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.DeviceAssignmentProto & xla.DeviceAssignmentProto.$Shape} DeviceAssignmentProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.DeviceAssignmentProto & xla.DeviceAssignmentProto.$Shape;
    }

    namespace DeviceAssignmentProto {

        /** Properties of a DeviceAssignmentProto. */
        interface $Properties {

            /** DeviceAssignmentProto replicaCount */
            replicaCount?: number;

            /** DeviceAssignmentProto computationCount */
            computationCount?: number;

            /** DeviceAssignmentProto computationDevices */
            computationDevices?: xla.DeviceAssignmentProto.ComputationDevice.$Properties[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a DeviceAssignmentProto. */
        type $Shape = xla.DeviceAssignmentProto.$Properties;

        /**
         * Properties of a ComputationDevice.
         * @deprecated Use xla.DeviceAssignmentProto.ComputationDevice.$Properties instead.
         */
        interface IComputationDevice extends xla.DeviceAssignmentProto.ComputationDevice.$Properties {
        }

        /** Represents a ComputationDevice. */
        class ComputationDevice {

            /**
             * Constructs a new ComputationDevice.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.DeviceAssignmentProto.ComputationDevice.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ComputationDevice replicaDeviceIds. */
            replicaDeviceIds: number[];

            /**
             * Encodes the specified ComputationDevice message. Does not implicitly {@link xla.DeviceAssignmentProto.ComputationDevice.verify|verify} messages.
             * @param message ComputationDevice message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.DeviceAssignmentProto.ComputationDevice.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ComputationDevice message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.DeviceAssignmentProto.ComputationDevice & xla.DeviceAssignmentProto.ComputationDevice.$Shape} ComputationDevice
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.DeviceAssignmentProto.ComputationDevice & xla.DeviceAssignmentProto.ComputationDevice.$Shape;
        }

        namespace ComputationDevice {

            /** Properties of a ComputationDevice. */
            interface $Properties {

                /** ComputationDevice replicaDeviceIds */
                replicaDeviceIds?: number[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ComputationDevice. */
            type $Shape = xla.DeviceAssignmentProto.ComputationDevice.$Properties;
        }
    }

    /**
     * Properties of a PaddingConfig.
     * @deprecated Use xla.PaddingConfig.$Properties instead.
     */
    interface IPaddingConfig extends xla.PaddingConfig.$Properties {
    }

    /** Represents a PaddingConfig. */
    class PaddingConfig {

        /**
         * Constructs a new PaddingConfig.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.PaddingConfig.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PaddingConfig dimensions. */
        dimensions: xla.PaddingConfig.PaddingConfigDimension[];

        /**
         * Encodes the specified PaddingConfig message. Does not implicitly {@link xla.PaddingConfig.verify|verify} messages.
         * @param message PaddingConfig message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.PaddingConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PaddingConfig message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.PaddingConfig & xla.PaddingConfig.$Shape} PaddingConfig
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.PaddingConfig & xla.PaddingConfig.$Shape;
    }

    namespace PaddingConfig {

        /** Properties of a PaddingConfig. */
        interface $Properties {

            /** PaddingConfig dimensions */
            dimensions?: xla.PaddingConfig.PaddingConfigDimension.$Properties[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PaddingConfig. */
        type $Shape = xla.PaddingConfig.$Properties;

        /**
         * Properties of a PaddingConfigDimension.
         * @deprecated Use xla.PaddingConfig.PaddingConfigDimension.$Properties instead.
         */
        interface IPaddingConfigDimension extends xla.PaddingConfig.PaddingConfigDimension.$Properties {
        }

        /** Represents a PaddingConfigDimension. */
        class PaddingConfigDimension {

            /**
             * Constructs a new PaddingConfigDimension.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.PaddingConfig.PaddingConfigDimension.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PaddingConfigDimension edgePaddingLow. */
            edgePaddingLow: number;

            /** PaddingConfigDimension edgePaddingHigh. */
            edgePaddingHigh: number;

            /** PaddingConfigDimension interiorPadding. */
            interiorPadding: number;

            /**
             * Encodes the specified PaddingConfigDimension message. Does not implicitly {@link xla.PaddingConfig.PaddingConfigDimension.verify|verify} messages.
             * @param message PaddingConfigDimension message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.PaddingConfig.PaddingConfigDimension.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PaddingConfigDimension message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.PaddingConfig.PaddingConfigDimension & xla.PaddingConfig.PaddingConfigDimension.$Shape} PaddingConfigDimension
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.PaddingConfig.PaddingConfigDimension & xla.PaddingConfig.PaddingConfigDimension.$Shape;
        }

        namespace PaddingConfigDimension {

            /** Properties of a PaddingConfigDimension. */
            interface $Properties {

                /** PaddingConfigDimension edgePaddingLow */
                edgePaddingLow?: number;

                /** PaddingConfigDimension edgePaddingHigh */
                edgePaddingHigh?: number;

                /** PaddingConfigDimension interiorPadding */
                interiorPadding?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PaddingConfigDimension. */
            type $Shape = xla.PaddingConfig.PaddingConfigDimension.$Properties;
        }
    }

    /**
     * Properties of a WindowDimension.
     * @deprecated Use xla.WindowDimension.$Properties instead.
     */
    interface IWindowDimension extends xla.WindowDimension.$Properties {
    }

    /** Represents a WindowDimension. */
    class WindowDimension {

        /**
         * Constructs a new WindowDimension.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.WindowDimension.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** WindowDimension size. */
        size: number;

        /** WindowDimension stride. */
        stride: number;

        /** WindowDimension paddingLow. */
        paddingLow: number;

        /** WindowDimension paddingHigh. */
        paddingHigh: number;

        /** WindowDimension windowDilation. */
        windowDilation: number;

        /** WindowDimension baseDilation. */
        baseDilation: number;

        /** WindowDimension windowReversal. */
        windowReversal: boolean;

        /**
         * Encodes the specified WindowDimension message. Does not implicitly {@link xla.WindowDimension.verify|verify} messages.
         * @param message WindowDimension message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.WindowDimension.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a WindowDimension message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.WindowDimension & xla.WindowDimension.$Shape} WindowDimension
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.WindowDimension & xla.WindowDimension.$Shape;
    }

    namespace WindowDimension {

        /** Properties of a WindowDimension. */
        interface $Properties {

            /** WindowDimension size */
            size?: number;

            /** WindowDimension stride */
            stride?: number;

            /** WindowDimension paddingLow */
            paddingLow?: number;

            /** WindowDimension paddingHigh */
            paddingHigh?: number;

            /** WindowDimension windowDilation */
            windowDilation?: number;

            /** WindowDimension baseDilation */
            baseDilation?: number;

            /** WindowDimension windowReversal */
            windowReversal?: boolean;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a WindowDimension. */
        type $Shape = xla.WindowDimension.$Properties;
    }

    /**
     * Properties of a Window.
     * @deprecated Use xla.Window.$Properties instead.
     */
    interface IWindow extends xla.Window.$Properties {
    }

    /** Represents a Window. */
    class Window {

        /**
         * Constructs a new Window.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.Window.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Window dimensions. */
        dimensions: xla.WindowDimension[];

        /**
         * Encodes the specified Window message. Does not implicitly {@link xla.Window.verify|verify} messages.
         * @param message Window message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.Window.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Window message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.Window & xla.Window.$Shape} Window
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.Window & xla.Window.$Shape;
    }

    namespace Window {

        /** Properties of a Window. */
        interface $Properties {

            /** Window dimensions */
            dimensions?: xla.WindowDimension.$Properties[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Window. */
        type $Shape = xla.Window.$Properties;
    }

    /**
     * Properties of a GatherDimensionNumbers.
     * @deprecated Use xla.GatherDimensionNumbers.$Properties instead.
     */
    interface IGatherDimensionNumbers extends xla.GatherDimensionNumbers.$Properties {
    }

    /** Represents a GatherDimensionNumbers. */
    class GatherDimensionNumbers {

        /**
         * Constructs a new GatherDimensionNumbers.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.GatherDimensionNumbers.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** GatherDimensionNumbers offsetDims. */
        offsetDims: number[];

        /** GatherDimensionNumbers collapsedSliceDims. */
        collapsedSliceDims: number[];

        /** GatherDimensionNumbers startIndexMap. */
        startIndexMap: number[];

        /** GatherDimensionNumbers indexVectorDim. */
        indexVectorDim: number;

        /** GatherDimensionNumbers operandBatchingDims. */
        operandBatchingDims: number[];

        /** GatherDimensionNumbers startIndicesBatchingDims. */
        startIndicesBatchingDims: number[];

        /**
         * Encodes the specified GatherDimensionNumbers message. Does not implicitly {@link xla.GatherDimensionNumbers.verify|verify} messages.
         * @param message GatherDimensionNumbers message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.GatherDimensionNumbers.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a GatherDimensionNumbers message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.GatherDimensionNumbers & xla.GatherDimensionNumbers.$Shape} GatherDimensionNumbers
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.GatherDimensionNumbers & xla.GatherDimensionNumbers.$Shape;
    }

    namespace GatherDimensionNumbers {

        /** Properties of a GatherDimensionNumbers. */
        interface $Properties {

            /** GatherDimensionNumbers offsetDims */
            offsetDims?: number[];

            /** GatherDimensionNumbers collapsedSliceDims */
            collapsedSliceDims?: number[];

            /** GatherDimensionNumbers startIndexMap */
            startIndexMap?: number[];

            /** GatherDimensionNumbers indexVectorDim */
            indexVectorDim?: number;

            /** GatherDimensionNumbers operandBatchingDims */
            operandBatchingDims?: number[];

            /** GatherDimensionNumbers startIndicesBatchingDims */
            startIndicesBatchingDims?: number[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a GatherDimensionNumbers. */
        type $Shape = xla.GatherDimensionNumbers.$Properties;
    }

    /**
     * Properties of a ScatterDimensionNumbers.
     * @deprecated Use xla.ScatterDimensionNumbers.$Properties instead.
     */
    interface IScatterDimensionNumbers extends xla.ScatterDimensionNumbers.$Properties {
    }

    /** Represents a ScatterDimensionNumbers. */
    class ScatterDimensionNumbers {

        /**
         * Constructs a new ScatterDimensionNumbers.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.ScatterDimensionNumbers.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ScatterDimensionNumbers updateWindowDims. */
        updateWindowDims: number[];

        /** ScatterDimensionNumbers insertedWindowDims. */
        insertedWindowDims: number[];

        /** ScatterDimensionNumbers scatterDimsToOperandDims. */
        scatterDimsToOperandDims: number[];

        /** ScatterDimensionNumbers indexVectorDim. */
        indexVectorDim: number;

        /** ScatterDimensionNumbers inputBatchingDims. */
        inputBatchingDims: number[];

        /** ScatterDimensionNumbers scatterIndicesBatchingDims. */
        scatterIndicesBatchingDims: number[];

        /**
         * Encodes the specified ScatterDimensionNumbers message. Does not implicitly {@link xla.ScatterDimensionNumbers.verify|verify} messages.
         * @param message ScatterDimensionNumbers message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.ScatterDimensionNumbers.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ScatterDimensionNumbers message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.ScatterDimensionNumbers & xla.ScatterDimensionNumbers.$Shape} ScatterDimensionNumbers
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.ScatterDimensionNumbers & xla.ScatterDimensionNumbers.$Shape;
    }

    namespace ScatterDimensionNumbers {

        /** Properties of a ScatterDimensionNumbers. */
        interface $Properties {

            /** ScatterDimensionNumbers updateWindowDims */
            updateWindowDims?: number[];

            /** ScatterDimensionNumbers insertedWindowDims */
            insertedWindowDims?: number[];

            /** ScatterDimensionNumbers scatterDimsToOperandDims */
            scatterDimsToOperandDims?: number[];

            /** ScatterDimensionNumbers indexVectorDim */
            indexVectorDim?: number;

            /** ScatterDimensionNumbers inputBatchingDims */
            inputBatchingDims?: number[];

            /** ScatterDimensionNumbers scatterIndicesBatchingDims */
            scatterIndicesBatchingDims?: number[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ScatterDimensionNumbers. */
        type $Shape = xla.ScatterDimensionNumbers.$Properties;
    }

    /**
     * Properties of a ConvolutionDimensionNumbers.
     * @deprecated Use xla.ConvolutionDimensionNumbers.$Properties instead.
     */
    interface IConvolutionDimensionNumbers extends xla.ConvolutionDimensionNumbers.$Properties {
    }

    /** Represents a ConvolutionDimensionNumbers. */
    class ConvolutionDimensionNumbers {

        /**
         * Constructs a new ConvolutionDimensionNumbers.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.ConvolutionDimensionNumbers.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ConvolutionDimensionNumbers kernelInputFeatureDimension. */
        kernelInputFeatureDimension: number;

        /** ConvolutionDimensionNumbers kernelOutputFeatureDimension. */
        kernelOutputFeatureDimension: number;

        /** ConvolutionDimensionNumbers kernelSpatialDimensions. */
        kernelSpatialDimensions: number[];

        /** ConvolutionDimensionNumbers inputBatchDimension. */
        inputBatchDimension: number;

        /** ConvolutionDimensionNumbers inputFeatureDimension. */
        inputFeatureDimension: number;

        /** ConvolutionDimensionNumbers outputBatchDimension. */
        outputBatchDimension: number;

        /** ConvolutionDimensionNumbers outputFeatureDimension. */
        outputFeatureDimension: number;

        /** ConvolutionDimensionNumbers inputSpatialDimensions. */
        inputSpatialDimensions: number[];

        /** ConvolutionDimensionNumbers outputSpatialDimensions. */
        outputSpatialDimensions: number[];

        /**
         * Encodes the specified ConvolutionDimensionNumbers message. Does not implicitly {@link xla.ConvolutionDimensionNumbers.verify|verify} messages.
         * @param message ConvolutionDimensionNumbers message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.ConvolutionDimensionNumbers.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ConvolutionDimensionNumbers message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.ConvolutionDimensionNumbers & xla.ConvolutionDimensionNumbers.$Shape} ConvolutionDimensionNumbers
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.ConvolutionDimensionNumbers & xla.ConvolutionDimensionNumbers.$Shape;
    }

    namespace ConvolutionDimensionNumbers {

        /** Properties of a ConvolutionDimensionNumbers. */
        interface $Properties {

            /** ConvolutionDimensionNumbers kernelInputFeatureDimension */
            kernelInputFeatureDimension?: number;

            /** ConvolutionDimensionNumbers kernelOutputFeatureDimension */
            kernelOutputFeatureDimension?: number;

            /** ConvolutionDimensionNumbers kernelSpatialDimensions */
            kernelSpatialDimensions?: number[];

            /** ConvolutionDimensionNumbers inputBatchDimension */
            inputBatchDimension?: number;

            /** ConvolutionDimensionNumbers inputFeatureDimension */
            inputFeatureDimension?: number;

            /** ConvolutionDimensionNumbers outputBatchDimension */
            outputBatchDimension?: number;

            /** ConvolutionDimensionNumbers outputFeatureDimension */
            outputFeatureDimension?: number;

            /** ConvolutionDimensionNumbers inputSpatialDimensions */
            inputSpatialDimensions?: number[];

            /** ConvolutionDimensionNumbers outputSpatialDimensions */
            outputSpatialDimensions?: number[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ConvolutionDimensionNumbers. */
        type $Shape = xla.ConvolutionDimensionNumbers.$Properties;
    }

    /**
     * Properties of a DotDimensionNumbers.
     * @deprecated Use xla.DotDimensionNumbers.$Properties instead.
     */
    interface IDotDimensionNumbers extends xla.DotDimensionNumbers.$Properties {
    }

    /** Represents a DotDimensionNumbers. */
    class DotDimensionNumbers {

        /**
         * Constructs a new DotDimensionNumbers.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.DotDimensionNumbers.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** DotDimensionNumbers lhsContractingDimensions. */
        lhsContractingDimensions: number[];

        /** DotDimensionNumbers rhsContractingDimensions. */
        rhsContractingDimensions: number[];

        /** DotDimensionNumbers lhsBatchDimensions. */
        lhsBatchDimensions: number[];

        /** DotDimensionNumbers rhsBatchDimensions. */
        rhsBatchDimensions: number[];

        /**
         * Encodes the specified DotDimensionNumbers message. Does not implicitly {@link xla.DotDimensionNumbers.verify|verify} messages.
         * @param message DotDimensionNumbers message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.DotDimensionNumbers.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a DotDimensionNumbers message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.DotDimensionNumbers & xla.DotDimensionNumbers.$Shape} DotDimensionNumbers
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.DotDimensionNumbers & xla.DotDimensionNumbers.$Shape;
    }

    namespace DotDimensionNumbers {

        /** Properties of a DotDimensionNumbers. */
        interface $Properties {

            /** DotDimensionNumbers lhsContractingDimensions */
            lhsContractingDimensions?: number[];

            /** DotDimensionNumbers rhsContractingDimensions */
            rhsContractingDimensions?: number[];

            /** DotDimensionNumbers lhsBatchDimensions */
            lhsBatchDimensions?: number[];

            /** DotDimensionNumbers rhsBatchDimensions */
            rhsBatchDimensions?: number[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a DotDimensionNumbers. */
        type $Shape = xla.DotDimensionNumbers.$Properties;
    }

    /**
     * Properties of a RaggedDotDimensionNumbers.
     * @deprecated Use xla.RaggedDotDimensionNumbers.$Properties instead.
     */
    interface IRaggedDotDimensionNumbers extends xla.RaggedDotDimensionNumbers.$Properties {
    }

    /** Represents a RaggedDotDimensionNumbers. */
    class RaggedDotDimensionNumbers {

        /**
         * Constructs a new RaggedDotDimensionNumbers.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.RaggedDotDimensionNumbers.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** RaggedDotDimensionNumbers dotDimensionNumbers. */
        dotDimensionNumbers: xla.DotDimensionNumbers;

        /** RaggedDotDimensionNumbers lhsRaggedDimensions. */
        lhsRaggedDimensions: number[];

        /** RaggedDotDimensionNumbers rhsGroupDimensions. */
        rhsGroupDimensions: number[];

        /**
         * Encodes the specified RaggedDotDimensionNumbers message. Does not implicitly {@link xla.RaggedDotDimensionNumbers.verify|verify} messages.
         * @param message RaggedDotDimensionNumbers message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.RaggedDotDimensionNumbers.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a RaggedDotDimensionNumbers message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.RaggedDotDimensionNumbers & xla.RaggedDotDimensionNumbers.$Shape} RaggedDotDimensionNumbers
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.RaggedDotDimensionNumbers & xla.RaggedDotDimensionNumbers.$Shape;
    }

    namespace RaggedDotDimensionNumbers {

        /** Properties of a RaggedDotDimensionNumbers. */
        interface $Properties {

            /** RaggedDotDimensionNumbers dotDimensionNumbers */
            dotDimensionNumbers?: xla.DotDimensionNumbers.$Properties;

            /** RaggedDotDimensionNumbers lhsRaggedDimensions */
            lhsRaggedDimensions?: number[];

            /** RaggedDotDimensionNumbers rhsGroupDimensions */
            rhsGroupDimensions?: number[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a RaggedDotDimensionNumbers. */
        type $Shape = xla.RaggedDotDimensionNumbers.$Properties;
    }

    /** FftType enum. */
    enum FftType {

        /** FFT value */
        FFT = 0,

        /** IFFT value */
        IFFT = 1,

        /** RFFT value */
        RFFT = 2,

        /** IRFFT value */
        IRFFT = 3
    }

    /** RandomDistribution enum. */
    enum RandomDistribution {

        /** RNG_INVALID value */
        RNG_INVALID = 0,

        /** RNG_UNIFORM value */
        RNG_UNIFORM = 1,

        /** RNG_NORMAL value */
        RNG_NORMAL = 2
    }

    /** RandomAlgorithm enum. */
    enum RandomAlgorithm {

        /** RNG_DEFAULT value */
        RNG_DEFAULT = 0,

        /** RNG_THREE_FRY value */
        RNG_THREE_FRY = 1,

        /** RNG_PHILOX value */
        RNG_PHILOX = 2
    }

    /** PaddingType enum. */
    enum PaddingType {

        /** PADDING_INVALID value */
        PADDING_INVALID = 0,

        /** PADDING_VALID value */
        PADDING_VALID = 1,

        /** PADDING_SAME value */
        PADDING_SAME = 2
    }

    /**
     * Properties of a TriangularSolveOptions.
     * @deprecated Use xla.TriangularSolveOptions.$Properties instead.
     */
    interface ITriangularSolveOptions extends xla.TriangularSolveOptions.$Properties {
    }

    /** Represents a TriangularSolveOptions. */
    class TriangularSolveOptions {

        /**
         * Constructs a new TriangularSolveOptions.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.TriangularSolveOptions.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** TriangularSolveOptions leftSide. */
        leftSide: boolean;

        /** TriangularSolveOptions lower. */
        lower: boolean;

        /** TriangularSolveOptions unitDiagonal. */
        unitDiagonal: boolean;

        /** TriangularSolveOptions transposeA. */
        transposeA: xla.TriangularSolveOptions.Transpose;

        /**
         * Encodes the specified TriangularSolveOptions message. Does not implicitly {@link xla.TriangularSolveOptions.verify|verify} messages.
         * @param message TriangularSolveOptions message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.TriangularSolveOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a TriangularSolveOptions message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.TriangularSolveOptions & xla.TriangularSolveOptions.$Shape} TriangularSolveOptions
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.TriangularSolveOptions & xla.TriangularSolveOptions.$Shape;
    }

    namespace TriangularSolveOptions {

        /** Properties of a TriangularSolveOptions. */
        interface $Properties {

            /** TriangularSolveOptions leftSide */
            leftSide?: boolean;

            /** TriangularSolveOptions lower */
            lower?: boolean;

            /** TriangularSolveOptions unitDiagonal */
            unitDiagonal?: boolean;

            /** TriangularSolveOptions transposeA */
            transposeA?: xla.TriangularSolveOptions.Transpose;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a TriangularSolveOptions. */
        type $Shape = xla.TriangularSolveOptions.$Properties;

        /** Transpose enum. */
        enum Transpose {

            /** TRANSPOSE_INVALID value */
            TRANSPOSE_INVALID = 0,

            /** NO_TRANSPOSE value */
            NO_TRANSPOSE = 1,

            /** TRANSPOSE value */
            TRANSPOSE = 2,

            /** ADJOINT value */
            ADJOINT = 3
        }
    }

    /**
     * Properties of a CholeskyOptions.
     * @deprecated Use xla.CholeskyOptions.$Properties instead.
     */
    interface ICholeskyOptions extends xla.CholeskyOptions.$Properties {
    }

    /** Represents a CholeskyOptions. */
    class CholeskyOptions {

        /**
         * Constructs a new CholeskyOptions.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.CholeskyOptions.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** CholeskyOptions lower. */
        lower: boolean;

        /**
         * Encodes the specified CholeskyOptions message. Does not implicitly {@link xla.CholeskyOptions.verify|verify} messages.
         * @param message CholeskyOptions message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.CholeskyOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a CholeskyOptions message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.CholeskyOptions & xla.CholeskyOptions.$Shape} CholeskyOptions
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.CholeskyOptions & xla.CholeskyOptions.$Shape;
    }

    namespace CholeskyOptions {

        /** Properties of a CholeskyOptions. */
        interface $Properties {

            /** CholeskyOptions lower */
            lower?: boolean;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a CholeskyOptions. */
        type $Shape = xla.CholeskyOptions.$Properties;
    }

    /**
     * Properties of a FrontendAttributes.
     * @deprecated Use xla.FrontendAttributes.$Properties instead.
     */
    interface IFrontendAttributes extends xla.FrontendAttributes.$Properties {
    }

    /** Represents a FrontendAttributes. */
    class FrontendAttributes {

        /**
         * Constructs a new FrontendAttributes.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.FrontendAttributes.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** FrontendAttributes map. */
        map: { [k: string]: string };

        /**
         * Encodes the specified FrontendAttributes message. Does not implicitly {@link xla.FrontendAttributes.verify|verify} messages.
         * @param message FrontendAttributes message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.FrontendAttributes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a FrontendAttributes message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.FrontendAttributes & xla.FrontendAttributes.$Shape} FrontendAttributes
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.FrontendAttributes & xla.FrontendAttributes.$Shape;
    }

    namespace FrontendAttributes {

        /** Properties of a FrontendAttributes. */
        interface $Properties {

            /** FrontendAttributes map */
            map?: { [k: string]: string };

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a FrontendAttributes. */
        type $Shape = xla.FrontendAttributes.$Properties;
    }

    /**
     * Properties of a MeshProto.
     * @deprecated Use xla.MeshProto.$Properties instead.
     */
    interface IMeshProto extends xla.MeshProto.$Properties {
    }

    /** Represents a MeshProto. */
    class MeshProto {

        /**
         * Constructs a new MeshProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.MeshProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** MeshProto axes. */
        axes: xla.MeshProto.MeshAxis[];

        /** MeshProto deviceIds. */
        deviceIds: number[];

        /**
         * Encodes the specified MeshProto message. Does not implicitly {@link xla.MeshProto.verify|verify} messages.
         * @param message MeshProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.MeshProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a MeshProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.MeshProto & xla.MeshProto.$Shape} MeshProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.MeshProto & xla.MeshProto.$Shape;
    }

    namespace MeshProto {

        /** Properties of a MeshProto. */
        interface $Properties {

            /** MeshProto axes */
            axes?: xla.MeshProto.MeshAxis.$Properties[];

            /** MeshProto deviceIds */
            deviceIds?: number[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a MeshProto. */
        type $Shape = xla.MeshProto.$Properties;

        /**
         * Properties of a MeshAxis.
         * @deprecated Use xla.MeshProto.MeshAxis.$Properties instead.
         */
        interface IMeshAxis extends xla.MeshProto.MeshAxis.$Properties {
        }

        /** Represents a MeshAxis. */
        class MeshAxis {

            /**
             * Constructs a new MeshAxis.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.MeshProto.MeshAxis.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MeshAxis name. */
            name: string;

            /** MeshAxis size. */
            size: number;

            /**
             * Encodes the specified MeshAxis message. Does not implicitly {@link xla.MeshProto.MeshAxis.verify|verify} messages.
             * @param message MeshAxis message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.MeshProto.MeshAxis.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MeshAxis message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.MeshProto.MeshAxis & xla.MeshProto.MeshAxis.$Shape} MeshAxis
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.MeshProto.MeshAxis & xla.MeshProto.MeshAxis.$Shape;
        }

        namespace MeshAxis {

            /** Properties of a MeshAxis. */
            interface $Properties {

                /** MeshAxis name */
                name?: string;

                /** MeshAxis size */
                size?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MeshAxis. */
            type $Shape = xla.MeshProto.MeshAxis.$Properties;
        }
    }

    /**
     * Properties of an AxisRefProto.
     * @deprecated Use xla.AxisRefProto.$Properties instead.
     */
    interface IAxisRefProto extends xla.AxisRefProto.$Properties {
    }

    /** Represents an AxisRefProto. */
    class AxisRefProto {

        /**
         * Constructs a new AxisRefProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.AxisRefProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** AxisRefProto meshAxisIndex. */
        meshAxisIndex: number;

        /** AxisRefProto subAxisInfo. */
        subAxisInfo: (xla.AxisRefProto.SubAxis|null);

        /**
         * Encodes the specified AxisRefProto message. Does not implicitly {@link xla.AxisRefProto.verify|verify} messages.
         * @param message AxisRefProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.AxisRefProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an AxisRefProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.AxisRefProto & xla.AxisRefProto.$Shape} AxisRefProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.AxisRefProto & xla.AxisRefProto.$Shape;
    }

    namespace AxisRefProto {

        /** Properties of an AxisRefProto. */
        interface $Properties {

            /** AxisRefProto meshAxisIndex */
            meshAxisIndex?: number;

            /** AxisRefProto subAxisInfo */
            subAxisInfo?: (xla.AxisRefProto.SubAxis.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an AxisRefProto. */
        type $Shape = xla.AxisRefProto.$Properties;

        /**
         * Properties of a SubAxis.
         * @deprecated Use xla.AxisRefProto.SubAxis.$Properties instead.
         */
        interface ISubAxis extends xla.AxisRefProto.SubAxis.$Properties {
        }

        /** Represents a SubAxis. */
        class SubAxis {

            /**
             * Constructs a new SubAxis.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.AxisRefProto.SubAxis.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SubAxis preSize. */
            preSize: number;

            /** SubAxis size. */
            size: number;

            /**
             * Encodes the specified SubAxis message. Does not implicitly {@link xla.AxisRefProto.SubAxis.verify|verify} messages.
             * @param message SubAxis message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.AxisRefProto.SubAxis.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubAxis message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.AxisRefProto.SubAxis & xla.AxisRefProto.SubAxis.$Shape} SubAxis
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.AxisRefProto.SubAxis & xla.AxisRefProto.SubAxis.$Shape;
        }

        namespace SubAxis {

            /** Properties of a SubAxis. */
            interface $Properties {

                /** SubAxis preSize */
                preSize?: number;

                /** SubAxis size */
                size?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubAxis. */
            type $Shape = xla.AxisRefProto.SubAxis.$Properties;
        }
    }

    /**
     * Properties of a NamedShardingProto.
     * @deprecated Use xla.NamedShardingProto.$Properties instead.
     */
    interface INamedShardingProto extends xla.NamedShardingProto.$Properties {
    }

    /** Represents a NamedShardingProto. */
    class NamedShardingProto {

        /**
         * Constructs a new NamedShardingProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.NamedShardingProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** NamedShardingProto mesh. */
        mesh: xla.MeshProto;

        /** NamedShardingProto dimShardings. */
        dimShardings: xla.NamedShardingProto.DimensionSharding[];

        /** NamedShardingProto replicatedAxes. */
        replicatedAxes: xla.AxisRefProto[];

        /** NamedShardingProto unreducedAxes. */
        unreducedAxes: xla.AxisRefProto[];

        /** NamedShardingProto metadata. */
        metadata: xla.OpMetadata[];

        /** NamedShardingProto manualAxes. */
        manualAxes: xla.AxisRefProto[];

        /**
         * Encodes the specified NamedShardingProto message. Does not implicitly {@link xla.NamedShardingProto.verify|verify} messages.
         * @param message NamedShardingProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.NamedShardingProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a NamedShardingProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.NamedShardingProto & xla.NamedShardingProto.$Shape} NamedShardingProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.NamedShardingProto & xla.NamedShardingProto.$Shape;
    }

    namespace NamedShardingProto {

        /** Properties of a NamedShardingProto. */
        interface $Properties {

            /** NamedShardingProto mesh */
            mesh?: xla.MeshProto.$Properties;

            /** NamedShardingProto dimShardings */
            dimShardings?: xla.NamedShardingProto.DimensionSharding.$Properties[];

            /** NamedShardingProto replicatedAxes */
            replicatedAxes?: xla.AxisRefProto.$Properties[];

            /** NamedShardingProto unreducedAxes */
            unreducedAxes?: xla.AxisRefProto.$Properties[];

            /** NamedShardingProto metadata */
            metadata?: xla.OpMetadata.$Properties[];

            /** NamedShardingProto manualAxes */
            manualAxes?: xla.AxisRefProto.$Properties[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a NamedShardingProto. */
        type $Shape = xla.NamedShardingProto.$Properties;

        /**
         * Properties of a DimensionSharding.
         * @deprecated Use xla.NamedShardingProto.DimensionSharding.$Properties instead.
         */
        interface IDimensionSharding extends xla.NamedShardingProto.DimensionSharding.$Properties {
        }

        /** Represents a DimensionSharding. */
        class DimensionSharding {

            /**
             * Constructs a new DimensionSharding.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.NamedShardingProto.DimensionSharding.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DimensionSharding axes. */
            axes: xla.AxisRefProto[];

            /** DimensionSharding isClosed. */
            isClosed: boolean;

            /**
             * Encodes the specified DimensionSharding message. Does not implicitly {@link xla.NamedShardingProto.DimensionSharding.verify|verify} messages.
             * @param message DimensionSharding message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.NamedShardingProto.DimensionSharding.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DimensionSharding message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.NamedShardingProto.DimensionSharding & xla.NamedShardingProto.DimensionSharding.$Shape} DimensionSharding
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.NamedShardingProto.DimensionSharding & xla.NamedShardingProto.DimensionSharding.$Shape;
        }

        namespace DimensionSharding {

            /** Properties of a DimensionSharding. */
            interface $Properties {

                /** DimensionSharding axes */
                axes?: xla.AxisRefProto.$Properties[];

                /** DimensionSharding isClosed */
                isClosed?: boolean;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DimensionSharding. */
            type $Shape = xla.NamedShardingProto.DimensionSharding.$Properties;
        }
    }

    /**
     * Properties of an OpSharding.
     * @deprecated Use xla.OpSharding.$Properties instead.
     */
    interface IOpSharding extends xla.OpSharding.$Properties {
    }

    /** Represents an OpSharding. */
    class OpSharding {

        /**
         * Constructs a new OpSharding.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.OpSharding.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** OpSharding type. */
        type: xla.OpSharding.Type;

        /** OpSharding tileShape. */
        tileShape: xla.ShapeProto;

        /** OpSharding tileAssignmentDimensions. */
        tileAssignmentDimensions: number[];

        /** OpSharding tileAssignmentDevices. */
        tileAssignmentDevices: number[];

        /** OpSharding tupleShardings. */
        tupleShardings: xla.OpSharding[];

        /** OpSharding replicateOnLastTileDim. */
        replicateOnLastTileDim: boolean;

        /** OpSharding metadata. */
        metadata: xla.OpMetadata[];

        /** OpSharding lastTileDims. */
        lastTileDims: xla.OpSharding.Type[];

        /** OpSharding iotaReshapeDims. */
        iotaReshapeDims: number[];

        /** OpSharding iotaTransposePerm. */
        iotaTransposePerm: number[];

        /** OpSharding isShardGroup. */
        isShardGroup: boolean;

        /** OpSharding shardGroupId. */
        shardGroupId: number;

        /** OpSharding shardGroupType. */
        shardGroupType: xla.OpSharding.ShardGroupType;

        /** OpSharding namedSharding. */
        namedSharding: (xla.NamedShardingProto|null);

        /**
         * Encodes the specified OpSharding message. Does not implicitly {@link xla.OpSharding.verify|verify} messages.
         * @param message OpSharding message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.OpSharding.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an OpSharding message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.OpSharding & xla.OpSharding.$Shape} OpSharding
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.OpSharding & xla.OpSharding.$Shape;
    }

    namespace OpSharding {

        /** Properties of an OpSharding. */
        interface $Properties {

            /** OpSharding type */
            type?: xla.OpSharding.Type;

            /** OpSharding tileShape */
            tileShape?: xla.ShapeProto.$Properties;

            /** OpSharding tileAssignmentDimensions */
            tileAssignmentDimensions?: number[];

            /** OpSharding tileAssignmentDevices */
            tileAssignmentDevices?: number[];

            /** OpSharding tupleShardings */
            tupleShardings?: xla.OpSharding.$Properties[];

            /** OpSharding replicateOnLastTileDim */
            replicateOnLastTileDim?: boolean;

            /** OpSharding metadata */
            metadata?: xla.OpMetadata.$Properties[];

            /** OpSharding lastTileDims */
            lastTileDims?: xla.OpSharding.Type[];

            /** OpSharding iotaReshapeDims */
            iotaReshapeDims?: number[];

            /** OpSharding iotaTransposePerm */
            iotaTransposePerm?: number[];

            /** OpSharding isShardGroup */
            isShardGroup?: boolean;

            /** OpSharding shardGroupId */
            shardGroupId?: number;

            /** OpSharding shardGroupType */
            shardGroupType?: xla.OpSharding.ShardGroupType;

            /** OpSharding namedSharding */
            namedSharding?: (xla.NamedShardingProto.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an OpSharding. */
        type $Shape = xla.OpSharding.$Properties;

        /** Type enum. */
        enum Type {

            /** REPLICATED value */
            REPLICATED = 0,

            /** MAXIMAL value */
            MAXIMAL = 1,

            /** TUPLE value */
            TUPLE = 2,

            /** OTHER value */
            OTHER = 3,

            /** MANUAL value */
            MANUAL = 4,

            /** UNKNOWN value */
            UNKNOWN = 5,

            /** UNREDUCED value */
            UNREDUCED = 6
        }

        /** ShardGroupType enum. */
        enum ShardGroupType {

            /** AS value */
            AS = 0,

            /** LIKE value */
            LIKE = 1
        }
    }

    /**
     * Properties of a ReplicaGroup.
     * @deprecated Use xla.ReplicaGroup.$Properties instead.
     */
    interface IReplicaGroup extends xla.ReplicaGroup.$Properties {
    }

    /** Represents a ReplicaGroup. */
    class ReplicaGroup {

        /**
         * Constructs a new ReplicaGroup.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.ReplicaGroup.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ReplicaGroup replicaIds. */
        replicaIds: number[];

        /**
         * Encodes the specified ReplicaGroup message. Does not implicitly {@link xla.ReplicaGroup.verify|verify} messages.
         * @param message ReplicaGroup message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.ReplicaGroup.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ReplicaGroup message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.ReplicaGroup & xla.ReplicaGroup.$Shape} ReplicaGroup
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.ReplicaGroup & xla.ReplicaGroup.$Shape;
    }

    namespace ReplicaGroup {

        /** Properties of a ReplicaGroup. */
        interface $Properties {

            /** ReplicaGroup replicaIds */
            replicaIds?: number[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ReplicaGroup. */
        type $Shape = xla.ReplicaGroup.$Properties;
    }

    /**
     * Properties of a CollectiveDeviceListProto.
     * @deprecated Use xla.CollectiveDeviceListProto.$Properties instead.
     */
    interface ICollectiveDeviceListProto extends xla.CollectiveDeviceListProto.$Properties {
    }

    /** Represents a CollectiveDeviceListProto. */
    class CollectiveDeviceListProto {

        /**
         * Constructs a new CollectiveDeviceListProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.CollectiveDeviceListProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** CollectiveDeviceListProto replicaGroups. */
        replicaGroups: xla.ReplicaGroup[];

        /**
         * Encodes the specified CollectiveDeviceListProto message. Does not implicitly {@link xla.CollectiveDeviceListProto.verify|verify} messages.
         * @param message CollectiveDeviceListProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.CollectiveDeviceListProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a CollectiveDeviceListProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.CollectiveDeviceListProto & xla.CollectiveDeviceListProto.$Shape} CollectiveDeviceListProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.CollectiveDeviceListProto & xla.CollectiveDeviceListProto.$Shape;
    }

    namespace CollectiveDeviceListProto {

        /** Properties of a CollectiveDeviceListProto. */
        interface $Properties {

            /** CollectiveDeviceListProto replicaGroups */
            replicaGroups?: xla.ReplicaGroup.$Properties[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a CollectiveDeviceListProto. */
        type $Shape = xla.CollectiveDeviceListProto.$Properties;
    }

    /**
     * Properties of an IotaReplicaGroupListProto.
     * @deprecated Use xla.IotaReplicaGroupListProto.$Properties instead.
     */
    interface IIotaReplicaGroupListProto extends xla.IotaReplicaGroupListProto.$Properties {
    }

    /** Represents an IotaReplicaGroupListProto. */
    class IotaReplicaGroupListProto {

        /**
         * Constructs a new IotaReplicaGroupListProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.IotaReplicaGroupListProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** IotaReplicaGroupListProto numReplicaGroups. */
        numReplicaGroups: number;

        /** IotaReplicaGroupListProto numDevicesPerGroup. */
        numDevicesPerGroup: number;

        /** IotaReplicaGroupListProto iotaReshapeDims. */
        iotaReshapeDims: number[];

        /** IotaReplicaGroupListProto iotaTransposePerm. */
        iotaTransposePerm: number[];

        /**
         * Encodes the specified IotaReplicaGroupListProto message. Does not implicitly {@link xla.IotaReplicaGroupListProto.verify|verify} messages.
         * @param message IotaReplicaGroupListProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.IotaReplicaGroupListProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an IotaReplicaGroupListProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.IotaReplicaGroupListProto & xla.IotaReplicaGroupListProto.$Shape} IotaReplicaGroupListProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.IotaReplicaGroupListProto & xla.IotaReplicaGroupListProto.$Shape;
    }

    namespace IotaReplicaGroupListProto {

        /** Properties of an IotaReplicaGroupListProto. */
        interface $Properties {

            /** IotaReplicaGroupListProto numReplicaGroups */
            numReplicaGroups?: number;

            /** IotaReplicaGroupListProto numDevicesPerGroup */
            numDevicesPerGroup?: number;

            /** IotaReplicaGroupListProto iotaReshapeDims */
            iotaReshapeDims?: number[];

            /** IotaReplicaGroupListProto iotaTransposePerm */
            iotaTransposePerm?: number[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an IotaReplicaGroupListProto. */
        type $Shape = xla.IotaReplicaGroupListProto.$Properties;
    }

    /**
     * Properties of a MeshAxesReplicaGroupListProto.
     * @deprecated Use xla.MeshAxesReplicaGroupListProto.$Properties instead.
     */
    interface IMeshAxesReplicaGroupListProto extends xla.MeshAxesReplicaGroupListProto.$Properties {
    }

    /** Represents a MeshAxesReplicaGroupListProto. */
    class MeshAxesReplicaGroupListProto {

        /**
         * Constructs a new MeshAxesReplicaGroupListProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.MeshAxesReplicaGroupListProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** MeshAxesReplicaGroupListProto mesh. */
        mesh: xla.MeshProto;

        /** MeshAxesReplicaGroupListProto axes. */
        axes: xla.AxisRefProto[];

        /**
         * Encodes the specified MeshAxesReplicaGroupListProto message. Does not implicitly {@link xla.MeshAxesReplicaGroupListProto.verify|verify} messages.
         * @param message MeshAxesReplicaGroupListProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.MeshAxesReplicaGroupListProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a MeshAxesReplicaGroupListProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.MeshAxesReplicaGroupListProto & xla.MeshAxesReplicaGroupListProto.$Shape} MeshAxesReplicaGroupListProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.MeshAxesReplicaGroupListProto & xla.MeshAxesReplicaGroupListProto.$Shape;
    }

    namespace MeshAxesReplicaGroupListProto {

        /** Properties of a MeshAxesReplicaGroupListProto. */
        interface $Properties {

            /** MeshAxesReplicaGroupListProto mesh */
            mesh?: xla.MeshProto.$Properties;

            /** MeshAxesReplicaGroupListProto axes */
            axes?: xla.AxisRefProto.$Properties[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a MeshAxesReplicaGroupListProto. */
        type $Shape = xla.MeshAxesReplicaGroupListProto.$Properties;
    }

    /**
     * Properties of a SourceTarget.
     * @deprecated Use xla.SourceTarget.$Properties instead.
     */
    interface ISourceTarget extends xla.SourceTarget.$Properties {
    }

    /** Represents a SourceTarget. */
    class SourceTarget {

        /**
         * Constructs a new SourceTarget.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.SourceTarget.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** SourceTarget source. */
        source: number;

        /** SourceTarget target. */
        target: number;

        /**
         * Encodes the specified SourceTarget message. Does not implicitly {@link xla.SourceTarget.verify|verify} messages.
         * @param message SourceTarget message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.SourceTarget.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a SourceTarget message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.SourceTarget & xla.SourceTarget.$Shape} SourceTarget
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.SourceTarget & xla.SourceTarget.$Shape;
    }

    namespace SourceTarget {

        /** Properties of a SourceTarget. */
        interface $Properties {

            /** SourceTarget source */
            source?: number;

            /** SourceTarget target */
            target?: number;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a SourceTarget. */
        type $Shape = xla.SourceTarget.$Properties;
    }

    /**
     * Properties of a ResultAccuracy.
     * @deprecated Use xla.ResultAccuracy.$Properties instead.
     */
    interface IResultAccuracy extends xla.ResultAccuracy.$Properties {
    }

    /** Represents a ResultAccuracy. */
    class ResultAccuracy {

        /**
         * Constructs a new ResultAccuracy.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.ResultAccuracy.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ResultAccuracy mode. */
        mode: (xla.ResultAccuracy.Mode|null);

        /** ResultAccuracy tolerance. */
        tolerance: (xla.ResultAccuracy.Tolerance|null);

        /** ResultAccuracy specs. */
        specs?: ("mode"|"tolerance");

        /**
         * Encodes the specified ResultAccuracy message. Does not implicitly {@link xla.ResultAccuracy.verify|verify} messages.
         * @param message ResultAccuracy message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.ResultAccuracy.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ResultAccuracy message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.ResultAccuracy & xla.ResultAccuracy.$Shape} ResultAccuracy
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.ResultAccuracy & xla.ResultAccuracy.$Shape;
    }

    namespace ResultAccuracy {

        /** Properties of a ResultAccuracy. */
        interface $Properties {

            /** ResultAccuracy mode */
            mode?: (xla.ResultAccuracy.Mode|null);

            /** ResultAccuracy tolerance */
            tolerance?: (xla.ResultAccuracy.Tolerance.$Properties|null);

            /** ResultAccuracy specs */
            specs?: ("mode"|"tolerance");

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Narrowed shape of a ResultAccuracy. */
        type $Shape = {
          mode?: xla.ResultAccuracy.Mode|null;
          tolerance?: xla.ResultAccuracy.Tolerance.$Shape|null;
          $unknowns?: Uint8Array[];
        } & (
          ({ specs?: undefined; mode?: null; tolerance?: null }|{ specs?: "mode"; mode: xla.ResultAccuracy.Mode; tolerance?: null }|{ specs?: "tolerance"; mode?: null; tolerance: xla.ResultAccuracy.Tolerance.$Shape })
        );

        /** Mode enum. */
        enum Mode {

            /** DEFAULT value */
            DEFAULT = 0,

            /** HIGHEST value */
            HIGHEST = 1
        }

        /**
         * Properties of a Tolerance.
         * @deprecated Use xla.ResultAccuracy.Tolerance.$Properties instead.
         */
        interface ITolerance extends xla.ResultAccuracy.Tolerance.$Properties {
        }

        /** Represents a Tolerance. */
        class Tolerance {

            /**
             * Constructs a new Tolerance.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.ResultAccuracy.Tolerance.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Tolerance atol. */
            atol: number;

            /** Tolerance rtol. */
            rtol: number;

            /** Tolerance ulps. */
            ulps: number;

            /**
             * Encodes the specified Tolerance message. Does not implicitly {@link xla.ResultAccuracy.Tolerance.verify|verify} messages.
             * @param message Tolerance message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.ResultAccuracy.Tolerance.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Tolerance message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.ResultAccuracy.Tolerance & xla.ResultAccuracy.Tolerance.$Shape} Tolerance
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.ResultAccuracy.Tolerance & xla.ResultAccuracy.Tolerance.$Shape;
        }

        namespace Tolerance {

            /** Properties of a Tolerance. */
            interface $Properties {

                /** Tolerance atol */
                atol?: number;

                /** Tolerance rtol */
                rtol?: number;

                /** Tolerance ulps */
                ulps?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Tolerance. */
            type $Shape = xla.ResultAccuracy.Tolerance.$Properties;
        }
    }

    /**
     * Properties of a PrecisionConfig.
     * @deprecated Use xla.PrecisionConfig.$Properties instead.
     */
    interface IPrecisionConfig extends xla.PrecisionConfig.$Properties {
    }

    /** Represents a PrecisionConfig. */
    class PrecisionConfig {

        /**
         * Constructs a new PrecisionConfig.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.PrecisionConfig.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PrecisionConfig operandPrecision. */
        operandPrecision: xla.PrecisionConfig.Precision[];

        /** PrecisionConfig algorithm. */
        algorithm: xla.PrecisionConfig.Algorithm;

        /**
         * Encodes the specified PrecisionConfig message. Does not implicitly {@link xla.PrecisionConfig.verify|verify} messages.
         * @param message PrecisionConfig message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.PrecisionConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PrecisionConfig message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.PrecisionConfig & xla.PrecisionConfig.$Shape} PrecisionConfig
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.PrecisionConfig & xla.PrecisionConfig.$Shape;
    }

    namespace PrecisionConfig {

        /** Properties of a PrecisionConfig. */
        interface $Properties {

            /** PrecisionConfig operandPrecision */
            operandPrecision?: xla.PrecisionConfig.Precision[];

            /** PrecisionConfig algorithm */
            algorithm?: xla.PrecisionConfig.Algorithm;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PrecisionConfig. */
        type $Shape = xla.PrecisionConfig.$Properties;

        /** Precision enum. */
        enum Precision {

            /** DEFAULT value */
            DEFAULT = 0,

            /** HIGH value */
            HIGH = 1,

            /** HIGHEST value */
            HIGHEST = 2
        }

        /** Algorithm enum. */
        enum Algorithm {

            /** ALG_UNSET value */
            ALG_UNSET = 0,

            /** ALG_DOT_ANY_F8_ANY_F8_F32 value */
            ALG_DOT_ANY_F8_ANY_F8_F32 = 1,

            /** ALG_DOT_ANY_F8_ANY_F8_F32_FAST_ACCUM value */
            ALG_DOT_ANY_F8_ANY_F8_F32_FAST_ACCUM = 2,

            /** ALG_DOT_F16_F16_F16 value */
            ALG_DOT_F16_F16_F16 = 3,

            /** ALG_DOT_F16_F16_F32 value */
            ALG_DOT_F16_F16_F32 = 4,

            /** ALG_DOT_BF16_BF16_BF16 value */
            ALG_DOT_BF16_BF16_BF16 = 5,

            /** ALG_DOT_BF16_BF16_F32 value */
            ALG_DOT_BF16_BF16_F32 = 6,

            /** ALG_DOT_BF16_BF16_F32_X3 value */
            ALG_DOT_BF16_BF16_F32_X3 = 7,

            /** ALG_DOT_BF16_BF16_F32_X6 value */
            ALG_DOT_BF16_BF16_F32_X6 = 8,

            /** ALG_DOT_TF32_TF32_F32 value */
            ALG_DOT_TF32_TF32_F32 = 9,

            /** ALG_DOT_TF32_TF32_F32_X3 value */
            ALG_DOT_TF32_TF32_F32_X3 = 10,

            /** ALG_DOT_F32_F32_F32 value */
            ALG_DOT_F32_F32_F32 = 11,

            /** ALG_DOT_F64_F64_F64 value */
            ALG_DOT_F64_F64_F64 = 12,

            /** ALG_DOT_BF16_BF16_F32_X9 value */
            ALG_DOT_BF16_BF16_F32_X9 = 13
        }
    }

    /**
     * Properties of a ParameterReplication.
     * @deprecated Use xla.ParameterReplication.$Properties instead.
     */
    interface IParameterReplication extends xla.ParameterReplication.$Properties {
    }

    /** Represents a ParameterReplication. */
    class ParameterReplication {

        /**
         * Constructs a new ParameterReplication.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.ParameterReplication.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ParameterReplication replicatedAtLeafBuffers. */
        replicatedAtLeafBuffers: boolean[];

        /**
         * Encodes the specified ParameterReplication message. Does not implicitly {@link xla.ParameterReplication.verify|verify} messages.
         * @param message ParameterReplication message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.ParameterReplication.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ParameterReplication message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.ParameterReplication & xla.ParameterReplication.$Shape} ParameterReplication
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.ParameterReplication & xla.ParameterReplication.$Shape;
    }

    namespace ParameterReplication {

        /** Properties of a ParameterReplication. */
        interface $Properties {

            /** ParameterReplication replicatedAtLeafBuffers */
            replicatedAtLeafBuffers?: boolean[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ParameterReplication. */
        type $Shape = xla.ParameterReplication.$Properties;
    }

    /**
     * Properties of an OutputOperandAliasing.
     * @deprecated Use xla.OutputOperandAliasing.$Properties instead.
     */
    interface IOutputOperandAliasing extends xla.OutputOperandAliasing.$Properties {
    }

    /** Represents an OutputOperandAliasing. */
    class OutputOperandAliasing {

        /**
         * Constructs a new OutputOperandAliasing.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.OutputOperandAliasing.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** OutputOperandAliasing outputShapeIndex. */
        outputShapeIndex: number[];

        /** OutputOperandAliasing operandIndex. */
        operandIndex: number;

        /** OutputOperandAliasing operandShapeIndex. */
        operandShapeIndex: number[];

        /**
         * Encodes the specified OutputOperandAliasing message. Does not implicitly {@link xla.OutputOperandAliasing.verify|verify} messages.
         * @param message OutputOperandAliasing message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.OutputOperandAliasing.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an OutputOperandAliasing message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.OutputOperandAliasing & xla.OutputOperandAliasing.$Shape} OutputOperandAliasing
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.OutputOperandAliasing & xla.OutputOperandAliasing.$Shape;
    }

    namespace OutputOperandAliasing {

        /** Properties of an OutputOperandAliasing. */
        interface $Properties {

            /** OutputOperandAliasing outputShapeIndex */
            outputShapeIndex?: number[];

            /** OutputOperandAliasing operandIndex */
            operandIndex?: number;

            /** OutputOperandAliasing operandShapeIndex */
            operandShapeIndex?: number[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an OutputOperandAliasing. */
        type $Shape = xla.OutputOperandAliasing.$Properties;
    }

    /**
     * Properties of an OriginalArrayProto.
     * @deprecated Use xla.OriginalArrayProto.$Properties instead.
     */
    interface IOriginalArrayProto extends xla.OriginalArrayProto.$Properties {
    }

    /** Represents an OriginalArrayProto. */
    class OriginalArrayProto {

        /**
         * Constructs a new OriginalArrayProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.OriginalArrayProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** OriginalArrayProto instructionName. */
        instructionName: string;

        /** OriginalArrayProto shapeIndex. */
        shapeIndex: number[];

        /**
         * Encodes the specified OriginalArrayProto message. Does not implicitly {@link xla.OriginalArrayProto.verify|verify} messages.
         * @param message OriginalArrayProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.OriginalArrayProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an OriginalArrayProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.OriginalArrayProto & xla.OriginalArrayProto.$Shape} OriginalArrayProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.OriginalArrayProto & xla.OriginalArrayProto.$Shape;
    }

    namespace OriginalArrayProto {

        /** Properties of an OriginalArrayProto. */
        interface $Properties {

            /** OriginalArrayProto instructionName */
            instructionName?: string;

            /** OriginalArrayProto shapeIndex */
            shapeIndex?: number[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an OriginalArrayProto. */
        type $Shape = xla.OriginalArrayProto.$Properties;
    }

    /**
     * Properties of an OriginalValueElementProto.
     * @deprecated Use xla.OriginalValueElementProto.$Properties instead.
     */
    interface IOriginalValueElementProto extends xla.OriginalValueElementProto.$Properties {
    }

    /** Represents an OriginalValueElementProto. */
    class OriginalValueElementProto {

        /**
         * Constructs a new OriginalValueElementProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.OriginalValueElementProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** OriginalValueElementProto shapeIndex. */
        shapeIndex: number[];

        /** OriginalValueElementProto originalArray. */
        originalArray: xla.OriginalArrayProto;

        /**
         * Encodes the specified OriginalValueElementProto message. Does not implicitly {@link xla.OriginalValueElementProto.verify|verify} messages.
         * @param message OriginalValueElementProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.OriginalValueElementProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an OriginalValueElementProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.OriginalValueElementProto & xla.OriginalValueElementProto.$Shape} OriginalValueElementProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.OriginalValueElementProto & xla.OriginalValueElementProto.$Shape;
    }

    namespace OriginalValueElementProto {

        /** Properties of an OriginalValueElementProto. */
        interface $Properties {

            /** OriginalValueElementProto shapeIndex */
            shapeIndex?: number[];

            /** OriginalValueElementProto originalArray */
            originalArray?: xla.OriginalArrayProto.$Properties;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an OriginalValueElementProto. */
        type $Shape = xla.OriginalValueElementProto.$Properties;
    }

    /**
     * Properties of an OriginalValueProto.
     * @deprecated Use xla.OriginalValueProto.$Properties instead.
     */
    interface IOriginalValueProto extends xla.OriginalValueProto.$Properties {
    }

    /** Represents an OriginalValueProto. */
    class OriginalValueProto {

        /**
         * Constructs a new OriginalValueProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.OriginalValueProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** OriginalValueProto elements. */
        elements: xla.OriginalValueElementProto[];

        /** OriginalValueProto isSyntheticCall. */
        isSyntheticCall: boolean;

        /**
         * Encodes the specified OriginalValueProto message. Does not implicitly {@link xla.OriginalValueProto.verify|verify} messages.
         * @param message OriginalValueProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.OriginalValueProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an OriginalValueProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.OriginalValueProto & xla.OriginalValueProto.$Shape} OriginalValueProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.OriginalValueProto & xla.OriginalValueProto.$Shape;
    }

    namespace OriginalValueProto {

        /** Properties of an OriginalValueProto. */
        interface $Properties {

            /** OriginalValueProto elements */
            elements?: xla.OriginalValueElementProto.$Properties[];

            /** OriginalValueProto isSyntheticCall */
            isSyntheticCall?: boolean;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an OriginalValueProto. */
        type $Shape = xla.OriginalValueProto.$Properties;
    }

    /**
     * Properties of a Statistic.
     * @deprecated Use xla.Statistic.$Properties instead.
     */
    interface IStatistic extends xla.Statistic.$Properties {
    }

    /** Represents a Statistic. */
    class Statistic {

        /**
         * Constructs a new Statistic.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.Statistic.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Statistic statName. */
        statName: string;

        /** Statistic statVal. */
        statVal: number;

        /**
         * Encodes the specified Statistic message. Does not implicitly {@link xla.Statistic.verify|verify} messages.
         * @param message Statistic message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.Statistic.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Statistic message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.Statistic & xla.Statistic.$Shape} Statistic
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.Statistic & xla.Statistic.$Shape;
    }

    namespace Statistic {

        /** Properties of a Statistic. */
        interface $Properties {

            /** Statistic statName */
            statName?: string;

            /** Statistic statVal */
            statVal?: number;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Statistic. */
        type $Shape = xla.Statistic.$Properties;
    }

    /**
     * Properties of a StatisticsViz.
     * @deprecated Use xla.StatisticsViz.$Properties instead.
     */
    interface IStatisticsViz extends xla.StatisticsViz.$Properties {
    }

    /** Represents a StatisticsViz. */
    class StatisticsViz {

        /**
         * Constructs a new StatisticsViz.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.StatisticsViz.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** StatisticsViz statIndexToVisualize. */
        statIndexToVisualize: number;

        /** StatisticsViz statistics. */
        statistics: xla.Statistic[];

        /**
         * Encodes the specified StatisticsViz message. Does not implicitly {@link xla.StatisticsViz.verify|verify} messages.
         * @param message StatisticsViz message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.StatisticsViz.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a StatisticsViz message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.StatisticsViz & xla.StatisticsViz.$Shape} StatisticsViz
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.StatisticsViz & xla.StatisticsViz.$Shape;
    }

    namespace StatisticsViz {

        /** Properties of a StatisticsViz. */
        interface $Properties {

            /** StatisticsViz statIndexToVisualize */
            statIndexToVisualize?: number;

            /** StatisticsViz statistics */
            statistics?: xla.Statistic.$Properties[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a StatisticsViz. */
        type $Shape = xla.StatisticsViz.$Properties;
    }

    /** CustomCallSchedule enum. */
    enum CustomCallSchedule {

        /** SCHEDULE_NONE value */
        SCHEDULE_NONE = 0,

        /** SCHEDULE_LATEST value */
        SCHEDULE_LATEST = 1,

        /** SCHEDULE_EARLIEST value */
        SCHEDULE_EARLIEST = 2
    }

    /** CustomCallApiVersion enum. */
    enum CustomCallApiVersion {

        /** API_VERSION_UNSPECIFIED value */
        API_VERSION_UNSPECIFIED = 0,

        /** API_VERSION_ORIGINAL value */
        API_VERSION_ORIGINAL = 1,

        /** API_VERSION_STATUS_RETURNING value */
        API_VERSION_STATUS_RETURNING = 2,

        /** API_VERSION_STATUS_RETURNING_UNIFIED value */
        API_VERSION_STATUS_RETURNING_UNIFIED = 3,

        /** API_VERSION_TYPED_FFI value */
        API_VERSION_TYPED_FFI = 4
    }

    /** TriState enum. */
    enum TriState {

        /** TRI_STATE_UNSPECIFIED value */
        TRI_STATE_UNSPECIFIED = 0,

        /** TRI_STATE_TRUE value */
        TRI_STATE_TRUE = 1,

        /** TRI_STATE_FALSE value */
        TRI_STATE_FALSE = 2
    }

    /** ConvolutionKind enum. */
    enum ConvolutionKind {

        /** CONVOLUTION_KIND_UNSET value */
        CONVOLUTION_KIND_UNSET = 0,

        /** CONVOLUTION_KIND_FPROP value */
        CONVOLUTION_KIND_FPROP = 1,

        /** CONVOLUTION_KIND_DGRAD value */
        CONVOLUTION_KIND_DGRAD = 2,

        /** CONVOLUTION_KIND_WGRAD value */
        CONVOLUTION_KIND_WGRAD = 3
    }

    /**
     * Properties of a Payload.
     * @deprecated Use xla.Payload.$Properties instead.
     */
    interface IPayload extends xla.Payload.$Properties {
    }

    /** Represents a Payload. */
    class Payload {

        /**
         * Constructs a new Payload.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.Payload.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Payload value. */
        value: (Uint8Array|null);

        /** Payload id. */
        id: (number|null);

        /** Payload payloadSource. */
        payloadSource?: ("value"|"id");

        /**
         * Encodes the specified Payload message. Does not implicitly {@link xla.Payload.verify|verify} messages.
         * @param message Payload message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.Payload.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Payload message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.Payload & xla.Payload.$Shape} Payload
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.Payload & xla.Payload.$Shape;
    }

    namespace Payload {

        /** Properties of a Payload. */
        interface $Properties {

            /** Payload value */
            value?: (Uint8Array|null);

            /** Payload id */
            id?: (number|null);

            /** Payload payloadSource */
            payloadSource?: ("value"|"id");

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Narrowed shape of a Payload. */
        type $Shape = {
          value?: Uint8Array|null;
          id?: number|null;
          $unknowns?: Uint8Array[];
        } & (
          ({ payloadSource?: undefined; value?: null; id?: null }|{ payloadSource?: "value"; value: Uint8Array; id?: null }|{ payloadSource?: "id"; value?: null; id: number })
        );
    }

    /**
     * Properties of a HloInstructionProto.
     * @deprecated Use xla.HloInstructionProto.$Properties instead.
     */
    interface IHloInstructionProto extends xla.HloInstructionProto.$Properties {
    }

    /** Represents a HloInstructionProto. */
    class HloInstructionProto {

        /**
         * Constructs a new HloInstructionProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.HloInstructionProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** HloInstructionProto name. */
        name: string;

        /** HloInstructionProto opcode. */
        opcode: string;

        /** HloInstructionProto shape. */
        shape: xla.ShapeProto;

        /** HloInstructionProto metadata. */
        metadata: xla.OpMetadata;

        /** HloInstructionProto id. */
        id: number;

        /** HloInstructionProto operandIds. */
        operandIds: number[];

        /** HloInstructionProto controlPredecessorIds. */
        controlPredecessorIds: number[];

        /** HloInstructionProto calledComputationIds. */
        calledComputationIds: number[];

        /** HloInstructionProto sharding. */
        sharding: xla.OpSharding;

        /** HloInstructionProto backendConfig. */
        backendConfig: Uint8Array;

        /** HloInstructionProto backendConfigPayload. */
        backendConfigPayload: xla.Payload;

        /** HloInstructionProto frontendAttributes. */
        frontendAttributes: xla.FrontendAttributes;

        /** HloInstructionProto statisticsViz. */
        statisticsViz: xla.StatisticsViz;

        /** HloInstructionProto originalValue. */
        originalValue: xla.OriginalValueProto;

        /** HloInstructionProto isComposite. */
        isComposite: boolean;

        /** HloInstructionProto resultAccuracy. */
        resultAccuracy: xla.ResultAccuracy;

        /** HloInstructionProto literal. */
        literal: xla.LiteralProto;

        /** HloInstructionProto parameterNumber. */
        parameterNumber: number;

        /** HloInstructionProto parameterReplication. */
        parameterReplication: xla.ParameterReplication;

        /** HloInstructionProto fusionKind. */
        fusionKind: string;

        /** HloInstructionProto tupleIndex. */
        tupleIndex: number;

        /** HloInstructionProto dimensions. */
        dimensions: number[];

        /** HloInstructionProto window. */
        window: xla.Window;

        /** HloInstructionProto convolutionDimensionNumbers. */
        convolutionDimensionNumbers: xla.ConvolutionDimensionNumbers;

        /** HloInstructionProto convKind. */
        convKind: xla.ConvolutionKind;

        /** HloInstructionProto featureGroupCount. */
        featureGroupCount: number;

        /** HloInstructionProto batchGroupCount. */
        batchGroupCount: number;

        /** HloInstructionProto sliceDimensions. */
        sliceDimensions: xla.HloInstructionProto.SliceDimensions[];

        /** HloInstructionProto exponentBits. */
        exponentBits: number;

        /** HloInstructionProto mantissaBits. */
        mantissaBits: number;

        /** HloInstructionProto dynamicSliceSizes. */
        dynamicSliceSizes: number[];

        /** HloInstructionProto paddingConfig. */
        paddingConfig: xla.PaddingConfig;

        /** HloInstructionProto paddingType. */
        paddingType: xla.PaddingType;

        /** HloInstructionProto distribution. */
        distribution: xla.RandomDistribution;

        /** HloInstructionProto rngAlgorithm. */
        rngAlgorithm: xla.RandomAlgorithm;

        /** HloInstructionProto delta. */
        delta: number;

        /** HloInstructionProto epsilon. */
        epsilon: number;

        /** HloInstructionProto featureIndex. */
        featureIndex: number;

        /** HloInstructionProto dotDimensionNumbers. */
        dotDimensionNumbers: xla.DotDimensionNumbers;

        /** HloInstructionProto raggedDotDimensionNumbers. */
        raggedDotDimensionNumbers: xla.RaggedDotDimensionNumbers;

        /** HloInstructionProto precisionConfig. */
        precisionConfig: xla.PrecisionConfig;

        /** HloInstructionProto fftType. */
        fftType: xla.FftType;

        /** HloInstructionProto fftLength. */
        fftLength: number[];

        /** HloInstructionProto comparisonDirection. */
        comparisonDirection: string;

        /** HloInstructionProto comparisonType. */
        comparisonType: string;

        /** HloInstructionProto gatherDimensionNumbers. */
        gatherDimensionNumbers: xla.GatherDimensionNumbers;

        /** HloInstructionProto gatherSliceSizes. */
        gatherSliceSizes: number[];

        /** HloInstructionProto scatterDimensionNumbers. */
        scatterDimensionNumbers: xla.ScatterDimensionNumbers;

        /** HloInstructionProto indicesAreSorted. */
        indicesAreSorted: boolean;

        /** HloInstructionProto uniqueIndices. */
        uniqueIndices: boolean;

        /** HloInstructionProto isStable. */
        isStable: boolean;

        /** HloInstructionProto k. */
        k: number;

        /** HloInstructionProto largest. */
        largest: boolean;

        /** HloInstructionProto triangularSolveOptions. */
        triangularSolveOptions: xla.TriangularSolveOptions;

        /** HloInstructionProto choleskyOptions. */
        choleskyOptions: xla.CholeskyOptions;

        /** HloInstructionProto isReverse. */
        isReverse: boolean;

        /** HloInstructionProto numCarries. */
        numCarries: number;

        /** HloInstructionProto isAssociative. */
        isAssociative: xla.TriState;

        /** HloInstructionProto channelId. */
        channelId: number;

        /** HloInstructionProto useGlobalDeviceIds. */
        useGlobalDeviceIds: boolean;

        /** HloInstructionProto constrainLayout. */
        constrainLayout: boolean;

        /** HloInstructionProto replicaGroups. */
        replicaGroups: xla.ReplicaGroup[];

        /** HloInstructionProto collectiveDeviceList. */
        collectiveDeviceList: (xla.CollectiveDeviceListProto|null);

        /** HloInstructionProto iotaCollectiveDeviceList. */
        iotaCollectiveDeviceList: (xla.IotaReplicaGroupListProto|null);

        /** HloInstructionProto meshAxesReplicaGroupList. */
        meshAxesReplicaGroupList: (xla.MeshAxesReplicaGroupListProto|null);

        /** HloInstructionProto sourceTargetPairs. */
        sourceTargetPairs: xla.SourceTarget[];

        /** HloInstructionProto isHostTransfer. */
        isHostTransfer: boolean;

        /** HloInstructionProto outfeedConfig. */
        outfeedConfig: Uint8Array;

        /** HloInstructionProto infeedConfig. */
        infeedConfig: Uint8Array;

        /** HloInstructionProto outfeedShape. */
        outfeedShape: xla.ShapeProto;

        /** HloInstructionProto domainEntrySharding. */
        domainEntrySharding: xla.OpSharding;

        /** HloInstructionProto domainExitSharding. */
        domainExitSharding: xla.OpSharding;

        /** HloInstructionProto asyncExecutionThread. */
        asyncExecutionThread: string;

        /** HloInstructionProto crossProgramPrefetchIndex. */
        crossProgramPrefetchIndex: (number|null);

        /** HloInstructionProto customCallTarget. */
        customCallTarget: string;

        /** HloInstructionProto customCallHasSideEffect. */
        customCallHasSideEffect: boolean;

        /** HloInstructionProto customCallSchedule. */
        customCallSchedule: xla.CustomCallSchedule;

        /** HloInstructionProto customCallApiVersion. */
        customCallApiVersion: xla.CustomCallApiVersion;

        /** HloInstructionProto operandShapesWithLayout. */
        operandShapesWithLayout: xla.ShapeProto[];

        /** HloInstructionProto outputOperandAliasing. */
        outputOperandAliasing: xla.OutputOperandAliasing[];

        /** HloInstructionProto replicaGroupList. */
        replicaGroupList?: ("collectiveDeviceList"|"iotaCollectiveDeviceList"|"meshAxesReplicaGroupList");

        /**
         * Encodes the specified HloInstructionProto message. Does not implicitly {@link xla.HloInstructionProto.verify|verify} messages.
         * @param message HloInstructionProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.HloInstructionProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a HloInstructionProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.HloInstructionProto & xla.HloInstructionProto.$Shape} HloInstructionProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloInstructionProto & xla.HloInstructionProto.$Shape;
    }

    namespace HloInstructionProto {

        /** Properties of a HloInstructionProto. */
        interface $Properties {

            /** HloInstructionProto name */
            name?: string;

            /** HloInstructionProto opcode */
            opcode?: string;

            /** HloInstructionProto shape */
            shape?: xla.ShapeProto.$Properties;

            /** HloInstructionProto metadata */
            metadata?: xla.OpMetadata.$Properties;

            /** HloInstructionProto id */
            id?: number;

            /** HloInstructionProto operandIds */
            operandIds?: number[];

            /** HloInstructionProto controlPredecessorIds */
            controlPredecessorIds?: number[];

            /** HloInstructionProto calledComputationIds */
            calledComputationIds?: number[];

            /** HloInstructionProto sharding */
            sharding?: xla.OpSharding.$Properties;

            /** HloInstructionProto backendConfig */
            backendConfig?: Uint8Array;

            /** HloInstructionProto backendConfigPayload */
            backendConfigPayload?: xla.Payload.$Properties;

            /** HloInstructionProto frontendAttributes */
            frontendAttributes?: xla.FrontendAttributes.$Properties;

            /** HloInstructionProto statisticsViz */
            statisticsViz?: xla.StatisticsViz.$Properties;

            /** HloInstructionProto originalValue */
            originalValue?: xla.OriginalValueProto.$Properties;

            /** HloInstructionProto isComposite */
            isComposite?: boolean;

            /** HloInstructionProto resultAccuracy */
            resultAccuracy?: xla.ResultAccuracy.$Properties;

            /** HloInstructionProto literal */
            literal?: xla.LiteralProto.$Properties;

            /** HloInstructionProto parameterNumber */
            parameterNumber?: number;

            /** HloInstructionProto parameterReplication */
            parameterReplication?: xla.ParameterReplication.$Properties;

            /** HloInstructionProto fusionKind */
            fusionKind?: string;

            /** HloInstructionProto tupleIndex */
            tupleIndex?: number;

            /** HloInstructionProto dimensions */
            dimensions?: number[];

            /** HloInstructionProto window */
            window?: xla.Window.$Properties;

            /** HloInstructionProto convolutionDimensionNumbers */
            convolutionDimensionNumbers?: xla.ConvolutionDimensionNumbers.$Properties;

            /** HloInstructionProto convKind */
            convKind?: xla.ConvolutionKind;

            /** HloInstructionProto featureGroupCount */
            featureGroupCount?: number;

            /** HloInstructionProto batchGroupCount */
            batchGroupCount?: number;

            /** HloInstructionProto sliceDimensions */
            sliceDimensions?: xla.HloInstructionProto.SliceDimensions.$Properties[];

            /** HloInstructionProto exponentBits */
            exponentBits?: number;

            /** HloInstructionProto mantissaBits */
            mantissaBits?: number;

            /** HloInstructionProto dynamicSliceSizes */
            dynamicSliceSizes?: number[];

            /** HloInstructionProto paddingConfig */
            paddingConfig?: xla.PaddingConfig.$Properties;

            /** HloInstructionProto paddingType */
            paddingType?: xla.PaddingType;

            /** HloInstructionProto distribution */
            distribution?: xla.RandomDistribution;

            /** HloInstructionProto rngAlgorithm */
            rngAlgorithm?: xla.RandomAlgorithm;

            /** HloInstructionProto delta */
            delta?: number;

            /** HloInstructionProto epsilon */
            epsilon?: number;

            /** HloInstructionProto featureIndex */
            featureIndex?: number;

            /** HloInstructionProto dotDimensionNumbers */
            dotDimensionNumbers?: xla.DotDimensionNumbers.$Properties;

            /** HloInstructionProto raggedDotDimensionNumbers */
            raggedDotDimensionNumbers?: xla.RaggedDotDimensionNumbers.$Properties;

            /** HloInstructionProto precisionConfig */
            precisionConfig?: xla.PrecisionConfig.$Properties;

            /** HloInstructionProto fftType */
            fftType?: xla.FftType;

            /** HloInstructionProto fftLength */
            fftLength?: number[];

            /** HloInstructionProto comparisonDirection */
            comparisonDirection?: string;

            /** HloInstructionProto comparisonType */
            comparisonType?: string;

            /** HloInstructionProto gatherDimensionNumbers */
            gatherDimensionNumbers?: xla.GatherDimensionNumbers.$Properties;

            /** HloInstructionProto gatherSliceSizes */
            gatherSliceSizes?: number[];

            /** HloInstructionProto scatterDimensionNumbers */
            scatterDimensionNumbers?: xla.ScatterDimensionNumbers.$Properties;

            /** HloInstructionProto indicesAreSorted */
            indicesAreSorted?: boolean;

            /** HloInstructionProto uniqueIndices */
            uniqueIndices?: boolean;

            /** HloInstructionProto isStable */
            isStable?: boolean;

            /** HloInstructionProto k */
            k?: number;

            /** HloInstructionProto largest */
            largest?: boolean;

            /** HloInstructionProto triangularSolveOptions */
            triangularSolveOptions?: xla.TriangularSolveOptions.$Properties;

            /** HloInstructionProto choleskyOptions */
            choleskyOptions?: xla.CholeskyOptions.$Properties;

            /** HloInstructionProto isReverse */
            isReverse?: boolean;

            /** HloInstructionProto numCarries */
            numCarries?: number;

            /** HloInstructionProto isAssociative */
            isAssociative?: xla.TriState;

            /** HloInstructionProto channelId */
            channelId?: number;

            /** HloInstructionProto useGlobalDeviceIds */
            useGlobalDeviceIds?: boolean;

            /** HloInstructionProto constrainLayout */
            constrainLayout?: boolean;

            /** HloInstructionProto replicaGroups */
            replicaGroups?: xla.ReplicaGroup.$Properties[];

            /** HloInstructionProto collectiveDeviceList */
            collectiveDeviceList?: (xla.CollectiveDeviceListProto.$Properties|null);

            /** HloInstructionProto iotaCollectiveDeviceList */
            iotaCollectiveDeviceList?: (xla.IotaReplicaGroupListProto.$Properties|null);

            /** HloInstructionProto meshAxesReplicaGroupList */
            meshAxesReplicaGroupList?: (xla.MeshAxesReplicaGroupListProto.$Properties|null);

            /** HloInstructionProto sourceTargetPairs */
            sourceTargetPairs?: xla.SourceTarget.$Properties[];

            /** HloInstructionProto isHostTransfer */
            isHostTransfer?: boolean;

            /** HloInstructionProto outfeedConfig */
            outfeedConfig?: Uint8Array;

            /** HloInstructionProto infeedConfig */
            infeedConfig?: Uint8Array;

            /** HloInstructionProto outfeedShape */
            outfeedShape?: xla.ShapeProto.$Properties;

            /** HloInstructionProto domainEntrySharding */
            domainEntrySharding?: xla.OpSharding.$Properties;

            /** HloInstructionProto domainExitSharding */
            domainExitSharding?: xla.OpSharding.$Properties;

            /** HloInstructionProto asyncExecutionThread */
            asyncExecutionThread?: string;

            /** HloInstructionProto crossProgramPrefetchIndex */
            crossProgramPrefetchIndex?: (number|null);

            /** HloInstructionProto customCallTarget */
            customCallTarget?: string;

            /** HloInstructionProto customCallHasSideEffect */
            customCallHasSideEffect?: boolean;

            /** HloInstructionProto customCallSchedule */
            customCallSchedule?: xla.CustomCallSchedule;

            /** HloInstructionProto customCallApiVersion */
            customCallApiVersion?: xla.CustomCallApiVersion;

            /** HloInstructionProto operandShapesWithLayout */
            operandShapesWithLayout?: xla.ShapeProto.$Properties[];

            /** HloInstructionProto outputOperandAliasing */
            outputOperandAliasing?: xla.OutputOperandAliasing.$Properties[];

            /** HloInstructionProto replicaGroupList */
            replicaGroupList?: ("collectiveDeviceList"|"iotaCollectiveDeviceList"|"meshAxesReplicaGroupList");

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Narrowed shape of a HloInstructionProto. */
        type $Shape = {
          name?: string;
          opcode?: string;
          shape?: xla.ShapeProto.$Shape;
          metadata?: xla.OpMetadata.$Shape;
          id?: number;
          operandIds?: number[];
          controlPredecessorIds?: number[];
          calledComputationIds?: number[];
          sharding?: xla.OpSharding.$Shape;
          backendConfig?: Uint8Array;
          backendConfigPayload?: xla.Payload.$Shape;
          frontendAttributes?: xla.FrontendAttributes.$Shape;
          statisticsViz?: xla.StatisticsViz.$Shape;
          originalValue?: xla.OriginalValueProto.$Shape;
          isComposite?: boolean;
          resultAccuracy?: xla.ResultAccuracy.$Shape;
          literal?: xla.LiteralProto.$Shape;
          parameterNumber?: number;
          parameterReplication?: xla.ParameterReplication.$Shape;
          fusionKind?: string;
          tupleIndex?: number;
          dimensions?: number[];
          window?: xla.Window.$Shape;
          convolutionDimensionNumbers?: xla.ConvolutionDimensionNumbers.$Shape;
          convKind?: xla.ConvolutionKind;
          featureGroupCount?: number;
          batchGroupCount?: number;
          sliceDimensions?: xla.HloInstructionProto.SliceDimensions.$Shape[];
          exponentBits?: number;
          mantissaBits?: number;
          dynamicSliceSizes?: number[];
          paddingConfig?: xla.PaddingConfig.$Shape;
          paddingType?: xla.PaddingType;
          distribution?: xla.RandomDistribution;
          rngAlgorithm?: xla.RandomAlgorithm;
          delta?: number;
          epsilon?: number;
          featureIndex?: number;
          dotDimensionNumbers?: xla.DotDimensionNumbers.$Shape;
          raggedDotDimensionNumbers?: xla.RaggedDotDimensionNumbers.$Shape;
          precisionConfig?: xla.PrecisionConfig.$Shape;
          fftType?: xla.FftType;
          fftLength?: number[];
          comparisonDirection?: string;
          comparisonType?: string;
          gatherDimensionNumbers?: xla.GatherDimensionNumbers.$Shape;
          gatherSliceSizes?: number[];
          scatterDimensionNumbers?: xla.ScatterDimensionNumbers.$Shape;
          indicesAreSorted?: boolean;
          uniqueIndices?: boolean;
          isStable?: boolean;
          k?: number;
          largest?: boolean;
          triangularSolveOptions?: xla.TriangularSolveOptions.$Shape;
          choleskyOptions?: xla.CholeskyOptions.$Shape;
          isReverse?: boolean;
          numCarries?: number;
          isAssociative?: xla.TriState;
          channelId?: number;
          useGlobalDeviceIds?: boolean;
          constrainLayout?: boolean;
          replicaGroups?: xla.ReplicaGroup.$Shape[];
          collectiveDeviceList?: xla.CollectiveDeviceListProto.$Shape|null;
          iotaCollectiveDeviceList?: xla.IotaReplicaGroupListProto.$Shape|null;
          meshAxesReplicaGroupList?: xla.MeshAxesReplicaGroupListProto.$Shape|null;
          sourceTargetPairs?: xla.SourceTarget.$Shape[];
          isHostTransfer?: boolean;
          outfeedConfig?: Uint8Array;
          infeedConfig?: Uint8Array;
          outfeedShape?: xla.ShapeProto.$Shape;
          domainEntrySharding?: xla.OpSharding.$Shape;
          domainExitSharding?: xla.OpSharding.$Shape;
          asyncExecutionThread?: string;
          crossProgramPrefetchIndex?: number|null;
          customCallTarget?: string;
          customCallHasSideEffect?: boolean;
          customCallSchedule?: xla.CustomCallSchedule;
          customCallApiVersion?: xla.CustomCallApiVersion;
          operandShapesWithLayout?: xla.ShapeProto.$Shape[];
          outputOperandAliasing?: xla.OutputOperandAliasing.$Shape[];
          $unknowns?: Uint8Array[];
        } & (
          ({ replicaGroupList?: undefined; collectiveDeviceList?: null; iotaCollectiveDeviceList?: null; meshAxesReplicaGroupList?: null }|{ replicaGroupList?: "collectiveDeviceList"; collectiveDeviceList: xla.CollectiveDeviceListProto.$Shape; iotaCollectiveDeviceList?: null; meshAxesReplicaGroupList?: null }|{ replicaGroupList?: "iotaCollectiveDeviceList"; collectiveDeviceList?: null; iotaCollectiveDeviceList: xla.IotaReplicaGroupListProto.$Shape; meshAxesReplicaGroupList?: null }|{ replicaGroupList?: "meshAxesReplicaGroupList"; collectiveDeviceList?: null; iotaCollectiveDeviceList?: null; meshAxesReplicaGroupList: xla.MeshAxesReplicaGroupListProto.$Shape })
        );

        /**
         * Properties of a SliceDimensions.
         * @deprecated Use xla.HloInstructionProto.SliceDimensions.$Properties instead.
         */
        interface ISliceDimensions extends xla.HloInstructionProto.SliceDimensions.$Properties {
        }

        /** Represents a SliceDimensions. */
        class SliceDimensions {

            /**
             * Constructs a new SliceDimensions.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.HloInstructionProto.SliceDimensions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SliceDimensions start. */
            start: number;

            /** SliceDimensions limit. */
            limit: number;

            /** SliceDimensions stride. */
            stride: number;

            /**
             * Encodes the specified SliceDimensions message. Does not implicitly {@link xla.HloInstructionProto.SliceDimensions.verify|verify} messages.
             * @param message SliceDimensions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.HloInstructionProto.SliceDimensions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SliceDimensions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.HloInstructionProto.SliceDimensions & xla.HloInstructionProto.SliceDimensions.$Shape} SliceDimensions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloInstructionProto.SliceDimensions & xla.HloInstructionProto.SliceDimensions.$Shape;
        }

        namespace SliceDimensions {

            /** Properties of a SliceDimensions. */
            interface $Properties {

                /** SliceDimensions start */
                start?: number;

                /** SliceDimensions limit */
                limit?: number;

                /** SliceDimensions stride */
                stride?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SliceDimensions. */
            type $Shape = xla.HloInstructionProto.SliceDimensions.$Properties;
        }
    }

    /**
     * Properties of a HloComputationProto.
     * @deprecated Use xla.HloComputationProto.$Properties instead.
     */
    interface IHloComputationProto extends xla.HloComputationProto.$Properties {
    }

    /** Represents a HloComputationProto. */
    class HloComputationProto {

        /**
         * Constructs a new HloComputationProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.HloComputationProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** HloComputationProto name. */
        name: string;

        /** HloComputationProto instructions. */
        instructions: xla.HloInstructionProto[];

        /** HloComputationProto programShape. */
        programShape: xla.ProgramShapeProto;

        /** HloComputationProto id. */
        id: number;

        /** HloComputationProto rootId. */
        rootId: number;

        /** HloComputationProto isFusionComputation. */
        isFusionComputation: boolean;

        /** HloComputationProto executionThread. */
        executionThread: string;

        /**
         * Encodes the specified HloComputationProto message. Does not implicitly {@link xla.HloComputationProto.verify|verify} messages.
         * @param message HloComputationProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.HloComputationProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a HloComputationProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.HloComputationProto & xla.HloComputationProto.$Shape} HloComputationProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloComputationProto & xla.HloComputationProto.$Shape;
    }

    namespace HloComputationProto {

        /** Properties of a HloComputationProto. */
        interface $Properties {

            /** HloComputationProto name */
            name?: string;

            /** HloComputationProto instructions */
            instructions?: xla.HloInstructionProto.$Properties[];

            /** HloComputationProto programShape */
            programShape?: xla.ProgramShapeProto.$Properties;

            /** HloComputationProto id */
            id?: number;

            /** HloComputationProto rootId */
            rootId?: number;

            /** HloComputationProto isFusionComputation */
            isFusionComputation?: boolean;

            /** HloComputationProto executionThread */
            executionThread?: string;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a HloComputationProto. */
        type $Shape = {
          name?: string;
          instructions?: xla.HloInstructionProto.$Shape[];
          programShape?: xla.ProgramShapeProto.$Shape;
          id?: number;
          rootId?: number;
          isFusionComputation?: boolean;
          executionThread?: string;
          $unknowns?: Uint8Array[];
        };
    }

    /**
     * Properties of a HloScheduleProto.
     * @deprecated Use xla.HloScheduleProto.$Properties instead.
     */
    interface IHloScheduleProto extends xla.HloScheduleProto.$Properties {
    }

    /** Represents a HloScheduleProto. */
    class HloScheduleProto {

        /**
         * Constructs a new HloScheduleProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.HloScheduleProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** HloScheduleProto sequences. */
        sequences: { [k: string]: xla.HloScheduleProto.InstructionSequence };

        /**
         * Encodes the specified HloScheduleProto message. Does not implicitly {@link xla.HloScheduleProto.verify|verify} messages.
         * @param message HloScheduleProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.HloScheduleProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a HloScheduleProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.HloScheduleProto & xla.HloScheduleProto.$Shape} HloScheduleProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloScheduleProto & xla.HloScheduleProto.$Shape;
    }

    namespace HloScheduleProto {

        /** Properties of a HloScheduleProto. */
        interface $Properties {

            /** HloScheduleProto sequences */
            sequences?: { [k: string]: xla.HloScheduleProto.InstructionSequence.$Properties };

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a HloScheduleProto. */
        type $Shape = xla.HloScheduleProto.$Properties;

        /**
         * Properties of an InstructionSequence.
         * @deprecated Use xla.HloScheduleProto.InstructionSequence.$Properties instead.
         */
        interface IInstructionSequence extends xla.HloScheduleProto.InstructionSequence.$Properties {
        }

        /** Represents an InstructionSequence. */
        class InstructionSequence {

            /**
             * Constructs a new InstructionSequence.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.HloScheduleProto.InstructionSequence.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** InstructionSequence instructionIds. */
            instructionIds: number[];

            /**
             * Encodes the specified InstructionSequence message. Does not implicitly {@link xla.HloScheduleProto.InstructionSequence.verify|verify} messages.
             * @param message InstructionSequence message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.HloScheduleProto.InstructionSequence.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an InstructionSequence message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.HloScheduleProto.InstructionSequence & xla.HloScheduleProto.InstructionSequence.$Shape} InstructionSequence
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloScheduleProto.InstructionSequence & xla.HloScheduleProto.InstructionSequence.$Shape;
        }

        namespace InstructionSequence {

            /** Properties of an InstructionSequence. */
            interface $Properties {

                /** InstructionSequence instructionIds */
                instructionIds?: number[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an InstructionSequence. */
            type $Shape = xla.HloScheduleProto.InstructionSequence.$Properties;
        }
    }

    /** Kind enum. */
    enum Kind {

        /** UNDEFINED_ALIAS value */
        UNDEFINED_ALIAS = 0,

        /** MAY_ALIAS value */
        MAY_ALIAS = 1,

        /** MUST_ALIAS value */
        MUST_ALIAS = 2
    }

    /**
     * Properties of a HloInputOutputAliasProto.
     * @deprecated Use xla.HloInputOutputAliasProto.$Properties instead.
     */
    interface IHloInputOutputAliasProto extends xla.HloInputOutputAliasProto.$Properties {
    }

    /** Represents a HloInputOutputAliasProto. */
    class HloInputOutputAliasProto {

        /**
         * Constructs a new HloInputOutputAliasProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.HloInputOutputAliasProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** HloInputOutputAliasProto entries. */
        entries: xla.HloInputOutputAliasProto.AliasEntryProto[];

        /**
         * Encodes the specified HloInputOutputAliasProto message. Does not implicitly {@link xla.HloInputOutputAliasProto.verify|verify} messages.
         * @param message HloInputOutputAliasProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.HloInputOutputAliasProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a HloInputOutputAliasProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.HloInputOutputAliasProto & xla.HloInputOutputAliasProto.$Shape} HloInputOutputAliasProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloInputOutputAliasProto & xla.HloInputOutputAliasProto.$Shape;
    }

    namespace HloInputOutputAliasProto {

        /** Properties of a HloInputOutputAliasProto. */
        interface $Properties {

            /** HloInputOutputAliasProto entries */
            entries?: xla.HloInputOutputAliasProto.AliasEntryProto.$Properties[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a HloInputOutputAliasProto. */
        type $Shape = xla.HloInputOutputAliasProto.$Properties;

        /**
         * Properties of an AliasEntryProto.
         * @deprecated Use xla.HloInputOutputAliasProto.AliasEntryProto.$Properties instead.
         */
        interface IAliasEntryProto extends xla.HloInputOutputAliasProto.AliasEntryProto.$Properties {
        }

        /** Represents an AliasEntryProto. */
        class AliasEntryProto {

            /**
             * Constructs a new AliasEntryProto.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.HloInputOutputAliasProto.AliasEntryProto.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AliasEntryProto outputShapeIndex. */
            outputShapeIndex: number[];

            /** AliasEntryProto parameterNumber. */
            parameterNumber: number;

            /** AliasEntryProto parameterShapeIndex. */
            parameterShapeIndex: number[];

            /** AliasEntryProto kind. */
            kind: xla.Kind;

            /**
             * Encodes the specified AliasEntryProto message. Does not implicitly {@link xla.HloInputOutputAliasProto.AliasEntryProto.verify|verify} messages.
             * @param message AliasEntryProto message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.HloInputOutputAliasProto.AliasEntryProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AliasEntryProto message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.HloInputOutputAliasProto.AliasEntryProto & xla.HloInputOutputAliasProto.AliasEntryProto.$Shape} AliasEntryProto
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloInputOutputAliasProto.AliasEntryProto & xla.HloInputOutputAliasProto.AliasEntryProto.$Shape;
        }

        namespace AliasEntryProto {

            /** Properties of an AliasEntryProto. */
            interface $Properties {

                /** AliasEntryProto outputShapeIndex */
                outputShapeIndex?: number[];

                /** AliasEntryProto parameterNumber */
                parameterNumber?: number;

                /** AliasEntryProto parameterShapeIndex */
                parameterShapeIndex?: number[];

                /** AliasEntryProto kind */
                kind?: xla.Kind;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AliasEntryProto. */
            type $Shape = xla.HloInputOutputAliasProto.AliasEntryProto.$Properties;
        }
    }

    /**
     * Properties of a HloBufferDonorProto.
     * @deprecated Use xla.HloBufferDonorProto.$Properties instead.
     */
    interface IHloBufferDonorProto extends xla.HloBufferDonorProto.$Properties {
    }

    /** Represents a HloBufferDonorProto. */
    class HloBufferDonorProto {

        /**
         * Constructs a new HloBufferDonorProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.HloBufferDonorProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** HloBufferDonorProto entries. */
        entries: xla.HloBufferDonorProto.BufferDonorEntryProto[];

        /**
         * Encodes the specified HloBufferDonorProto message. Does not implicitly {@link xla.HloBufferDonorProto.verify|verify} messages.
         * @param message HloBufferDonorProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.HloBufferDonorProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a HloBufferDonorProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.HloBufferDonorProto & xla.HloBufferDonorProto.$Shape} HloBufferDonorProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloBufferDonorProto & xla.HloBufferDonorProto.$Shape;
    }

    namespace HloBufferDonorProto {

        /** Properties of a HloBufferDonorProto. */
        interface $Properties {

            /** HloBufferDonorProto entries */
            entries?: xla.HloBufferDonorProto.BufferDonorEntryProto.$Properties[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a HloBufferDonorProto. */
        type $Shape = xla.HloBufferDonorProto.$Properties;

        /**
         * Properties of a BufferDonorEntryProto.
         * @deprecated Use xla.HloBufferDonorProto.BufferDonorEntryProto.$Properties instead.
         */
        interface IBufferDonorEntryProto extends xla.HloBufferDonorProto.BufferDonorEntryProto.$Properties {
        }

        /** Represents a BufferDonorEntryProto. */
        class BufferDonorEntryProto {

            /**
             * Constructs a new BufferDonorEntryProto.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.HloBufferDonorProto.BufferDonorEntryProto.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BufferDonorEntryProto parameterNumber. */
            parameterNumber: number;

            /** BufferDonorEntryProto parameterShapeIndex. */
            parameterShapeIndex: number[];

            /**
             * Encodes the specified BufferDonorEntryProto message. Does not implicitly {@link xla.HloBufferDonorProto.BufferDonorEntryProto.verify|verify} messages.
             * @param message BufferDonorEntryProto message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.HloBufferDonorProto.BufferDonorEntryProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BufferDonorEntryProto message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.HloBufferDonorProto.BufferDonorEntryProto & xla.HloBufferDonorProto.BufferDonorEntryProto.$Shape} BufferDonorEntryProto
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloBufferDonorProto.BufferDonorEntryProto & xla.HloBufferDonorProto.BufferDonorEntryProto.$Shape;
        }

        namespace BufferDonorEntryProto {

            /** Properties of a BufferDonorEntryProto. */
            interface $Properties {

                /** BufferDonorEntryProto parameterNumber */
                parameterNumber?: number;

                /** BufferDonorEntryProto parameterShapeIndex */
                parameterShapeIndex?: number[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BufferDonorEntryProto. */
            type $Shape = xla.HloBufferDonorProto.BufferDonorEntryProto.$Properties;
        }
    }

    /**
     * Properties of a StackFrameIndexProto.
     * @deprecated Use xla.StackFrameIndexProto.$Properties instead.
     */
    interface IStackFrameIndexProto extends xla.StackFrameIndexProto.$Properties {
    }

    /** Represents a StackFrameIndexProto. */
    class StackFrameIndexProto {

        /**
         * Constructs a new StackFrameIndexProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.StackFrameIndexProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** StackFrameIndexProto fileNames. */
        fileNames: string[];

        /** StackFrameIndexProto functionNames. */
        functionNames: string[];

        /** StackFrameIndexProto fileLocations. */
        fileLocations: xla.StackFrameIndexProto.FileLocation[];

        /** StackFrameIndexProto stackFrames. */
        stackFrames: xla.StackFrameIndexProto.StackFrame[];

        /**
         * Encodes the specified StackFrameIndexProto message. Does not implicitly {@link xla.StackFrameIndexProto.verify|verify} messages.
         * @param message StackFrameIndexProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.StackFrameIndexProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a StackFrameIndexProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.StackFrameIndexProto & xla.StackFrameIndexProto.$Shape} StackFrameIndexProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.StackFrameIndexProto & xla.StackFrameIndexProto.$Shape;
    }

    namespace StackFrameIndexProto {

        /** Properties of a StackFrameIndexProto. */
        interface $Properties {

            /** StackFrameIndexProto fileNames */
            fileNames?: string[];

            /** StackFrameIndexProto functionNames */
            functionNames?: string[];

            /** StackFrameIndexProto fileLocations */
            fileLocations?: xla.StackFrameIndexProto.FileLocation.$Properties[];

            /** StackFrameIndexProto stackFrames */
            stackFrames?: xla.StackFrameIndexProto.StackFrame.$Properties[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a StackFrameIndexProto. */
        type $Shape = xla.StackFrameIndexProto.$Properties;

        /**
         * Properties of a FileLocation.
         * @deprecated Use xla.StackFrameIndexProto.FileLocation.$Properties instead.
         */
        interface IFileLocation extends xla.StackFrameIndexProto.FileLocation.$Properties {
        }

        /** Represents a FileLocation. */
        class FileLocation {

            /**
             * Constructs a new FileLocation.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.StackFrameIndexProto.FileLocation.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FileLocation fileNameId. */
            fileNameId: number;

            /** FileLocation functionNameId. */
            functionNameId: number;

            /** FileLocation line. */
            line: number;

            /** FileLocation column. */
            column: number;

            /** FileLocation endLine. */
            endLine: number;

            /** FileLocation endColumn. */
            endColumn: number;

            /**
             * Encodes the specified FileLocation message. Does not implicitly {@link xla.StackFrameIndexProto.FileLocation.verify|verify} messages.
             * @param message FileLocation message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.StackFrameIndexProto.FileLocation.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FileLocation message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.StackFrameIndexProto.FileLocation & xla.StackFrameIndexProto.FileLocation.$Shape} FileLocation
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.StackFrameIndexProto.FileLocation & xla.StackFrameIndexProto.FileLocation.$Shape;
        }

        namespace FileLocation {

            /** Properties of a FileLocation. */
            interface $Properties {

                /** FileLocation fileNameId */
                fileNameId?: number;

                /** FileLocation functionNameId */
                functionNameId?: number;

                /** FileLocation line */
                line?: number;

                /** FileLocation column */
                column?: number;

                /** FileLocation endLine */
                endLine?: number;

                /** FileLocation endColumn */
                endColumn?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a FileLocation. */
            type $Shape = xla.StackFrameIndexProto.FileLocation.$Properties;
        }

        /**
         * Properties of a StackFrame.
         * @deprecated Use xla.StackFrameIndexProto.StackFrame.$Properties instead.
         */
        interface IStackFrame extends xla.StackFrameIndexProto.StackFrame.$Properties {
        }

        /** Represents a StackFrame. */
        class StackFrame {

            /**
             * Constructs a new StackFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: xla.StackFrameIndexProto.StackFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StackFrame fileLocationId. */
            fileLocationId: number;

            /** StackFrame parentFrameId. */
            parentFrameId: number;

            /**
             * Encodes the specified StackFrame message. Does not implicitly {@link xla.StackFrameIndexProto.StackFrame.verify|verify} messages.
             * @param message StackFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xla.StackFrameIndexProto.StackFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StackFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xla.StackFrameIndexProto.StackFrame & xla.StackFrameIndexProto.StackFrame.$Shape} StackFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.StackFrameIndexProto.StackFrame & xla.StackFrameIndexProto.StackFrame.$Shape;
        }

        namespace StackFrame {

            /** Properties of a StackFrame. */
            interface $Properties {

                /** StackFrame fileLocationId */
                fileLocationId?: number;

                /** StackFrame parentFrameId */
                parentFrameId?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StackFrame. */
            type $Shape = xla.StackFrameIndexProto.StackFrame.$Properties;
        }
    }

    /**
     * Properties of a HloModuleProto.
     * @deprecated Use xla.HloModuleProto.$Properties instead.
     */
    interface IHloModuleProto extends xla.HloModuleProto.$Properties {
    }

    /** Represents a HloModuleProto. */
    class HloModuleProto {

        /**
         * Constructs a new HloModuleProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.HloModuleProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** HloModuleProto name. */
        name: string;

        /** HloModuleProto entryComputationName. */
        entryComputationName: string;

        /** HloModuleProto computations. */
        computations: xla.HloComputationProto[];

        /** HloModuleProto hostProgramShape. */
        hostProgramShape: xla.ProgramShapeProto;

        /** HloModuleProto id. */
        id: number;

        /** HloModuleProto entryComputationId. */
        entryComputationId: number;

        /** HloModuleProto schedule. */
        schedule: xla.HloScheduleProto;

        /** HloModuleProto inputOutputAlias. */
        inputOutputAlias: xla.HloInputOutputAliasProto;

        /** HloModuleProto isDynamic. */
        isDynamic: boolean;

        /** HloModuleProto spmdOutputSharding. */
        spmdOutputSharding: xla.OpSharding;

        /** HloModuleProto spmdParametersShardings. */
        spmdParametersShardings: xla.OpSharding[];

        /** HloModuleProto deviceAssignment. */
        deviceAssignment: xla.DeviceAssignmentProto;

        /** HloModuleProto useAutoSpmdPartitioning. */
        useAutoSpmdPartitioning: boolean;

        /** HloModuleProto stackFrameIndex. */
        stackFrameIndex: xla.StackFrameIndexProto;

        /** HloModuleProto bufferDonor. */
        bufferDonor: xla.HloBufferDonorProto;

        /** HloModuleProto frontendAttributes. */
        frontendAttributes: xla.FrontendAttributes;

        /** HloModuleProto deviceType. */
        deviceType: string;

        /** HloModuleProto payloads. */
        payloads: Uint8Array[];

        /**
         * Encodes the specified HloModuleProto message. Does not implicitly {@link xla.HloModuleProto.verify|verify} messages.
         * @param message HloModuleProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.HloModuleProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a HloModuleProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.HloModuleProto & xla.HloModuleProto.$Shape} HloModuleProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloModuleProto & xla.HloModuleProto.$Shape;
    }

    namespace HloModuleProto {

        /** Properties of a HloModuleProto. */
        interface $Properties {

            /** HloModuleProto name */
            name?: string;

            /** HloModuleProto entryComputationName */
            entryComputationName?: string;

            /** HloModuleProto computations */
            computations?: xla.HloComputationProto.$Properties[];

            /** HloModuleProto hostProgramShape */
            hostProgramShape?: xla.ProgramShapeProto.$Properties;

            /** HloModuleProto id */
            id?: number;

            /** HloModuleProto entryComputationId */
            entryComputationId?: number;

            /** HloModuleProto schedule */
            schedule?: xla.HloScheduleProto.$Properties;

            /** HloModuleProto inputOutputAlias */
            inputOutputAlias?: xla.HloInputOutputAliasProto.$Properties;

            /** HloModuleProto isDynamic */
            isDynamic?: boolean;

            /** HloModuleProto spmdOutputSharding */
            spmdOutputSharding?: xla.OpSharding.$Properties;

            /** HloModuleProto spmdParametersShardings */
            spmdParametersShardings?: xla.OpSharding.$Properties[];

            /** HloModuleProto deviceAssignment */
            deviceAssignment?: xla.DeviceAssignmentProto.$Properties;

            /** HloModuleProto useAutoSpmdPartitioning */
            useAutoSpmdPartitioning?: boolean;

            /** HloModuleProto stackFrameIndex */
            stackFrameIndex?: xla.StackFrameIndexProto.$Properties;

            /** HloModuleProto bufferDonor */
            bufferDonor?: xla.HloBufferDonorProto.$Properties;

            /** HloModuleProto frontendAttributes */
            frontendAttributes?: xla.FrontendAttributes.$Properties;

            /** HloModuleProto deviceType */
            deviceType?: string;

            /** HloModuleProto payloads */
            payloads?: Uint8Array[];

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a HloModuleProto. */
        type $Shape = {
          name?: string;
          entryComputationName?: string;
          computations?: xla.HloComputationProto.$Shape[];
          hostProgramShape?: xla.ProgramShapeProto.$Shape;
          id?: number;
          entryComputationId?: number;
          schedule?: xla.HloScheduleProto.$Shape;
          inputOutputAlias?: xla.HloInputOutputAliasProto.$Shape;
          isDynamic?: boolean;
          spmdOutputSharding?: xla.OpSharding.$Shape;
          spmdParametersShardings?: xla.OpSharding.$Shape[];
          deviceAssignment?: xla.DeviceAssignmentProto.$Shape;
          useAutoSpmdPartitioning?: boolean;
          stackFrameIndex?: xla.StackFrameIndexProto.$Shape;
          bufferDonor?: xla.HloBufferDonorProto.$Shape;
          frontendAttributes?: xla.FrontendAttributes.$Shape;
          deviceType?: string;
          payloads?: Uint8Array[];
          $unknowns?: Uint8Array[];
        };
    }

    /**
     * Properties of a HloModuleConfigProto.
     * @deprecated Use xla.HloModuleConfigProto.$Properties instead.
     */
    interface IHloModuleConfigProto extends xla.HloModuleConfigProto.$Properties {
    }

    /** Represents a HloModuleConfigProto. */
    class HloModuleConfigProto {

        /**
         * Constructs a new HloModuleConfigProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.HloModuleConfigProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** HloModuleConfigProto entryComputationLayout. */
        entryComputationLayout: xla.ProgramShapeProto;

        /** HloModuleConfigProto seed. */
        seed: number;

        /** HloModuleConfigProto launchId. */
        launchId: number;

        /** HloModuleConfigProto replicaCount. */
        replicaCount: number;

        /** HloModuleConfigProto numPartitions. */
        numPartitions: number;

        /** HloModuleConfigProto useSpmdPartitioning. */
        useSpmdPartitioning: boolean;

        /** HloModuleConfigProto deviceType. */
        deviceType: string;

        /** HloModuleConfigProto staticDeviceAssignment. */
        staticDeviceAssignment: xla.DeviceAssignmentProto;

        /** HloModuleConfigProto aliasPassthroughParams. */
        aliasPassthroughParams: boolean;

        /** HloModuleConfigProto allowSpmdShardingPropagationToOutput. */
        allowSpmdShardingPropagationToOutput: boolean[];

        /** HloModuleConfigProto allowSpmdShardingPropagationToParameters. */
        allowSpmdShardingPropagationToParameters: boolean[];

        /** HloModuleConfigProto useShardyPartitioner. */
        useShardyPartitioner: boolean;

        /**
         * Encodes the specified HloModuleConfigProto message. Does not implicitly {@link xla.HloModuleConfigProto.verify|verify} messages.
         * @param message HloModuleConfigProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.HloModuleConfigProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a HloModuleConfigProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.HloModuleConfigProto & xla.HloModuleConfigProto.$Shape} HloModuleConfigProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloModuleConfigProto & xla.HloModuleConfigProto.$Shape;
    }

    namespace HloModuleConfigProto {

        /** Properties of a HloModuleConfigProto. */
        interface $Properties {

            /** HloModuleConfigProto entryComputationLayout */
            entryComputationLayout?: xla.ProgramShapeProto.$Properties;

            /** HloModuleConfigProto seed */
            seed?: number;

            /** HloModuleConfigProto launchId */
            launchId?: number;

            /** HloModuleConfigProto replicaCount */
            replicaCount?: number;

            /** HloModuleConfigProto numPartitions */
            numPartitions?: number;

            /** HloModuleConfigProto useSpmdPartitioning */
            useSpmdPartitioning?: boolean;

            /** HloModuleConfigProto deviceType */
            deviceType?: string;

            /** HloModuleConfigProto staticDeviceAssignment */
            staticDeviceAssignment?: xla.DeviceAssignmentProto.$Properties;

            /** HloModuleConfigProto aliasPassthroughParams */
            aliasPassthroughParams?: boolean;

            /** HloModuleConfigProto allowSpmdShardingPropagationToOutput */
            allowSpmdShardingPropagationToOutput?: boolean[];

            /** HloModuleConfigProto allowSpmdShardingPropagationToParameters */
            allowSpmdShardingPropagationToParameters?: boolean[];

            /** HloModuleConfigProto useShardyPartitioner */
            useShardyPartitioner?: boolean;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a HloModuleConfigProto. */
        type $Shape = xla.HloModuleConfigProto.$Properties;
    }

    /**
     * Properties of a HloModuleProtoWithConfig.
     * @deprecated Use xla.HloModuleProtoWithConfig.$Properties instead.
     */
    interface IHloModuleProtoWithConfig extends xla.HloModuleProtoWithConfig.$Properties {
    }

    /** Represents a HloModuleProtoWithConfig. */
    class HloModuleProtoWithConfig {

        /**
         * Constructs a new HloModuleProtoWithConfig.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.HloModuleProtoWithConfig.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** HloModuleProtoWithConfig hloModule. */
        hloModule: xla.HloModuleProto;

        /** HloModuleProtoWithConfig config. */
        config: xla.HloModuleConfigProto;

        /**
         * Encodes the specified HloModuleProtoWithConfig message. Does not implicitly {@link xla.HloModuleProtoWithConfig.verify|verify} messages.
         * @param message HloModuleProtoWithConfig message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.HloModuleProtoWithConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a HloModuleProtoWithConfig message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.HloModuleProtoWithConfig & xla.HloModuleProtoWithConfig.$Shape} HloModuleProtoWithConfig
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.HloModuleProtoWithConfig & xla.HloModuleProtoWithConfig.$Shape;
    }

    namespace HloModuleProtoWithConfig {

        /** Properties of a HloModuleProtoWithConfig. */
        interface $Properties {

            /** HloModuleProtoWithConfig hloModule */
            hloModule?: xla.HloModuleProto.$Properties;

            /** HloModuleProtoWithConfig config */
            config?: xla.HloModuleConfigProto.$Properties;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a HloModuleProtoWithConfig. */
        type $Shape = {
          hloModule?: xla.HloModuleProto.$Shape;
          config?: xla.HloModuleConfigProto.$Shape;
          $unknowns?: Uint8Array[];
        };
    }

    /**
     * Properties of an ExecutableBuildOptionsProto.
     * @deprecated Use xla.ExecutableBuildOptionsProto.$Properties instead.
     */
    interface IExecutableBuildOptionsProto extends xla.ExecutableBuildOptionsProto.$Properties {
    }

    /** Represents an ExecutableBuildOptionsProto. */
    class ExecutableBuildOptionsProto {

        /**
         * Constructs a new ExecutableBuildOptionsProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.ExecutableBuildOptionsProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ExecutableBuildOptionsProto deviceOrdinal. */
        deviceOrdinal: number;

        /** ExecutableBuildOptionsProto numReplicas. */
        numReplicas: number;

        /** ExecutableBuildOptionsProto numPartitions. */
        numPartitions: number;

        /** ExecutableBuildOptionsProto useSpmdPartitioning. */
        useSpmdPartitioning: boolean;

        /** ExecutableBuildOptionsProto useAutoSpmdPartitioning. */
        useAutoSpmdPartitioning: boolean;

        /** ExecutableBuildOptionsProto deduplicateHlo. */
        deduplicateHlo: boolean;

        /** ExecutableBuildOptionsProto deviceAssignment. */
        deviceAssignment: xla.DeviceAssignmentProto;

        /** ExecutableBuildOptionsProto aliasPassthroughParams. */
        aliasPassthroughParams: boolean;

        /** ExecutableBuildOptionsProto runBackendOnly. */
        runBackendOnly: boolean;

        /** ExecutableBuildOptionsProto allowSpmdShardingPropagationToOutput. */
        allowSpmdShardingPropagationToOutput: boolean[];

        /** ExecutableBuildOptionsProto deviceMemorySize. */
        deviceMemorySize: number;

        /** ExecutableBuildOptionsProto allowSpmdShardingPropagationToParameters. */
        allowSpmdShardingPropagationToParameters: boolean[];

        /** ExecutableBuildOptionsProto useShardyPartitioner. */
        useShardyPartitioner: boolean;

        /** ExecutableBuildOptionsProto execTimeOptimizationEffort. */
        execTimeOptimizationEffort: number;

        /** ExecutableBuildOptionsProto memoryFittingEffort. */
        memoryFittingEffort: number;

        /** ExecutableBuildOptionsProto processIndex. */
        processIndex: number;

        /** ExecutableBuildOptionsProto processCount. */
        processCount: number;

        /**
         * Encodes the specified ExecutableBuildOptionsProto message. Does not implicitly {@link xla.ExecutableBuildOptionsProto.verify|verify} messages.
         * @param message ExecutableBuildOptionsProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.ExecutableBuildOptionsProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an ExecutableBuildOptionsProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.ExecutableBuildOptionsProto & xla.ExecutableBuildOptionsProto.$Shape} ExecutableBuildOptionsProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.ExecutableBuildOptionsProto & xla.ExecutableBuildOptionsProto.$Shape;
    }

    namespace ExecutableBuildOptionsProto {

        /** Properties of an ExecutableBuildOptionsProto. */
        interface $Properties {

            /** ExecutableBuildOptionsProto deviceOrdinal */
            deviceOrdinal?: number;

            /** ExecutableBuildOptionsProto numReplicas */
            numReplicas?: number;

            /** ExecutableBuildOptionsProto numPartitions */
            numPartitions?: number;

            /** ExecutableBuildOptionsProto useSpmdPartitioning */
            useSpmdPartitioning?: boolean;

            /** ExecutableBuildOptionsProto useAutoSpmdPartitioning */
            useAutoSpmdPartitioning?: boolean;

            /** ExecutableBuildOptionsProto deduplicateHlo */
            deduplicateHlo?: boolean;

            /** ExecutableBuildOptionsProto deviceAssignment */
            deviceAssignment?: xla.DeviceAssignmentProto.$Properties;

            /** ExecutableBuildOptionsProto aliasPassthroughParams */
            aliasPassthroughParams?: boolean;

            /** ExecutableBuildOptionsProto runBackendOnly */
            runBackendOnly?: boolean;

            /** ExecutableBuildOptionsProto allowSpmdShardingPropagationToOutput */
            allowSpmdShardingPropagationToOutput?: boolean[];

            /** ExecutableBuildOptionsProto deviceMemorySize */
            deviceMemorySize?: number;

            /** ExecutableBuildOptionsProto allowSpmdShardingPropagationToParameters */
            allowSpmdShardingPropagationToParameters?: boolean[];

            /** ExecutableBuildOptionsProto useShardyPartitioner */
            useShardyPartitioner?: boolean;

            /** ExecutableBuildOptionsProto execTimeOptimizationEffort */
            execTimeOptimizationEffort?: number;

            /** ExecutableBuildOptionsProto memoryFittingEffort */
            memoryFittingEffort?: number;

            /** ExecutableBuildOptionsProto processIndex */
            processIndex?: number;

            /** ExecutableBuildOptionsProto processCount */
            processCount?: number;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an ExecutableBuildOptionsProto. */
        type $Shape = xla.ExecutableBuildOptionsProto.$Properties;
    }

    /**
     * Properties of an OptionOverrideProto.
     * @deprecated Use xla.OptionOverrideProto.$Properties instead.
     */
    interface IOptionOverrideProto extends xla.OptionOverrideProto.$Properties {
    }

    /** Represents an OptionOverrideProto. */
    class OptionOverrideProto {

        /**
         * Constructs a new OptionOverrideProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.OptionOverrideProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** OptionOverrideProto stringField. */
        stringField: (string|null);

        /** OptionOverrideProto boolField. */
        boolField: (boolean|null);

        /** OptionOverrideProto intField. */
        intField: (number|null);

        /** OptionOverrideProto doubleField. */
        doubleField: (number|null);

        /** OptionOverrideProto value. */
        value?: ("stringField"|"boolField"|"intField"|"doubleField");

        /**
         * Encodes the specified OptionOverrideProto message. Does not implicitly {@link xla.OptionOverrideProto.verify|verify} messages.
         * @param message OptionOverrideProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.OptionOverrideProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an OptionOverrideProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.OptionOverrideProto & xla.OptionOverrideProto.$Shape} OptionOverrideProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.OptionOverrideProto & xla.OptionOverrideProto.$Shape;
    }

    namespace OptionOverrideProto {

        /** Properties of an OptionOverrideProto. */
        interface $Properties {

            /** OptionOverrideProto stringField */
            stringField?: (string|null);

            /** OptionOverrideProto boolField */
            boolField?: (boolean|null);

            /** OptionOverrideProto intField */
            intField?: (number|null);

            /** OptionOverrideProto doubleField */
            doubleField?: (number|null);

            /** OptionOverrideProto value */
            value?: ("stringField"|"boolField"|"intField"|"doubleField");

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Narrowed shape of an OptionOverrideProto. */
        type $Shape = {
          stringField?: string|null;
          boolField?: boolean|null;
          intField?: number|null;
          doubleField?: number|null;
          $unknowns?: Uint8Array[];
        } & (
          ({ value?: undefined; stringField?: null; boolField?: null; intField?: null; doubleField?: null }|{ value?: "stringField"; stringField: string; boolField?: null; intField?: null; doubleField?: null }|{ value?: "boolField"; stringField?: null; boolField: boolean; intField?: null; doubleField?: null }|{ value?: "intField"; stringField?: null; boolField?: null; intField: number; doubleField?: null }|{ value?: "doubleField"; stringField?: null; boolField?: null; intField?: null; doubleField: number })
        );
    }

    /**
     * Properties of a CompileOptionsProto.
     * @deprecated Use xla.CompileOptionsProto.$Properties instead.
     */
    interface ICompileOptionsProto extends xla.CompileOptionsProto.$Properties {
    }

    /** Represents a CompileOptionsProto. */
    class CompileOptionsProto {

        /**
         * Constructs a new CompileOptionsProto.
         * @param [properties] Properties to set
         */
        constructor(properties?: xla.CompileOptionsProto.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** CompileOptionsProto argumentLayouts. */
        argumentLayouts: xla.ShapeProto[];

        /** CompileOptionsProto parameterIsTupledArguments. */
        parameterIsTupledArguments: boolean;

        /** CompileOptionsProto executableBuildOptions. */
        executableBuildOptions: xla.ExecutableBuildOptionsProto;

        /** CompileOptionsProto compilePortableExecutable. */
        compilePortableExecutable: boolean;

        /** CompileOptionsProto profileVersion. */
        profileVersion: number;

        /** CompileOptionsProto envOptionOverrides. */
        envOptionOverrides: { [k: string]: xla.OptionOverrideProto };

        /**
         * Encodes the specified CompileOptionsProto message. Does not implicitly {@link xla.CompileOptionsProto.verify|verify} messages.
         * @param message CompileOptionsProto message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xla.CompileOptionsProto.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a CompileOptionsProto message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xla.CompileOptionsProto & xla.CompileOptionsProto.$Shape} CompileOptionsProto
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xla.CompileOptionsProto & xla.CompileOptionsProto.$Shape;
    }

    namespace CompileOptionsProto {

        /** Properties of a CompileOptionsProto. */
        interface $Properties {

            /** CompileOptionsProto argumentLayouts */
            argumentLayouts?: xla.ShapeProto.$Properties[];

            /** CompileOptionsProto parameterIsTupledArguments */
            parameterIsTupledArguments?: boolean;

            /** CompileOptionsProto executableBuildOptions */
            executableBuildOptions?: xla.ExecutableBuildOptionsProto.$Properties;

            /** CompileOptionsProto compilePortableExecutable */
            compilePortableExecutable?: boolean;

            /** CompileOptionsProto profileVersion */
            profileVersion?: number;

            /** CompileOptionsProto envOptionOverrides */
            envOptionOverrides?: { [k: string]: xla.OptionOverrideProto.$Properties };

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a CompileOptionsProto. */
        type $Shape = {
          argumentLayouts?: xla.ShapeProto.$Shape[];
          parameterIsTupledArguments?: boolean;
          executableBuildOptions?: xla.ExecutableBuildOptionsProto.$Shape;
          compilePortableExecutable?: boolean;
          profileVersion?: number;
          envOptionOverrides?: { [k: string]: xla.OptionOverrideProto.$Shape };
          $unknowns?: Uint8Array[];
        };
    }
}
