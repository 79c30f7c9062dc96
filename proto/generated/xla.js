/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "../wire.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const xla = $root.xla = (() => {

    const xla = {};

    xla.PrimitiveType = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "PRIMITIVE_TYPE_INVALID"] = 0;
        values[valuesById[1] = "PRED"] = 1;
        values[valuesById[2] = "S8"] = 2;
        values[valuesById[3] = "S16"] = 3;
        values[valuesById[4] = "S32"] = 4;
        values[valuesById[5] = "S64"] = 5;
        values[valuesById[6] = "U8"] = 6;
        values[valuesById[7] = "U16"] = 7;
        values[valuesById[8] = "U32"] = 8;
        values[valuesById[9] = "U64"] = 9;
        values[valuesById[10] = "F16"] = 10;
        values[valuesById[11] = "F32"] = 11;
        values[valuesById[12] = "F64"] = 12;
        values[valuesById[13] = "TUPLE"] = 13;
        values[valuesById[14] = "OPAQUE_TYPE"] = 14;
        values[valuesById[15] = "C64"] = 15;
        values[valuesById[16] = "BF16"] = 16;
        values[valuesById[17] = "TOKEN"] = 17;
        values[valuesById[18] = "C128"] = 18;
        values[valuesById[19] = "F8E5M2"] = 19;
        values[valuesById[20] = "F8E4M3FN"] = 20;
        values[valuesById[21] = "S4"] = 21;
        values[valuesById[22] = "U4"] = 22;
        values[valuesById[23] = "F8E4M3B11FNUZ"] = 23;
        values[valuesById[24] = "F8E5M2FNUZ"] = 24;
        values[valuesById[25] = "F8E4M3FNUZ"] = 25;
        values[valuesById[26] = "S2"] = 26;
        values[valuesById[27] = "U2"] = 27;
        values[valuesById[28] = "F8E4M3"] = 28;
        values[valuesById[29] = "F8E3M4"] = 29;
        values[valuesById[30] = "S1"] = 30;
        values[valuesById[31] = "U1"] = 31;
        values[valuesById[32] = "F4E2M1FN"] = 32;
        values[valuesById[33] = "F8E8M0FNU"] = 33;
        values[valuesById[34] = "BUFFER"] = 34;
        return values;
    })();

    xla.TileProto = (function() {

        const TileProto = function (properties) {
            this.dimensions = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        TileProto.prototype.dimensions = $util.emptyArray;

        TileProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.dimensions != null && message.dimensions.length)
                writer.uint32(10).int64s(message.dimensions);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        TileProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.TileProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType === 2) {
                            if (!(message.dimensions && message.dimensions.length))
                                message.dimensions = [];
                            reader.int64s(message.dimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.dimensions && message.dimensions.length))
                            message.dimensions = [];
                        message.dimensions.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return TileProto;
    })();

    xla.LayoutProto = (function() {

        const LayoutProto = function (properties) {
            this.minorToMajor = [];
            this.tiles = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        LayoutProto.prototype.minorToMajor = $util.emptyArray;
        LayoutProto.prototype.tiles = $util.emptyArray;
        LayoutProto.prototype.elementSizeInBits = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        LayoutProto.prototype.memorySpace = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        LayoutProto.prototype.tailPaddingAlignmentInElements = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        LayoutProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.minorToMajor != null && message.minorToMajor.length)
                writer.uint32(10).int64s(message.minorToMajor);
            if (message.tiles != null && message.tiles.length)
                for (let i = 0; i < message.tiles.length; ++i)
                    $root.xla.TileProto.encode(message.tiles[i], writer.uint32(50).fork(), _depth + 1).ldelim();
            if (message.elementSizeInBits != null && $Object.hasOwnProperty.call(message, "elementSizeInBits") && (typeof message.elementSizeInBits === "object" ? message.elementSizeInBits.low || message.elementSizeInBits.high : message.elementSizeInBits !== 0))
                writer.uint32(56).int64(message.elementSizeInBits);
            if (message.memorySpace != null && $Object.hasOwnProperty.call(message, "memorySpace") && (typeof message.memorySpace === "object" ? message.memorySpace.low || message.memorySpace.high : message.memorySpace !== 0))
                writer.uint32(64).int64(message.memorySpace);
            if (message.tailPaddingAlignmentInElements != null && $Object.hasOwnProperty.call(message, "tailPaddingAlignmentInElements") && (typeof message.tailPaddingAlignmentInElements === "object" ? message.tailPaddingAlignmentInElements.low || message.tailPaddingAlignmentInElements.high : message.tailPaddingAlignmentInElements !== 0))
                writer.uint32(128).int64(message.tailPaddingAlignmentInElements);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        LayoutProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.LayoutProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType === 2) {
                            if (!(message.minorToMajor && message.minorToMajor.length))
                                message.minorToMajor = [];
                            reader.int64s(message.minorToMajor);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.minorToMajor && message.minorToMajor.length))
                            message.minorToMajor = [];
                        message.minorToMajor.push(reader.int64());
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if (!(message.tiles && message.tiles.length))
                            message.tiles = [];
                        message.tiles.push($root.xla.TileProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.elementSizeInBits = value;
                        else
                            delete message.elementSizeInBits;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.memorySpace = value;
                        else
                            delete message.memorySpace;
                        continue;
                    }
                case 16: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.tailPaddingAlignmentInElements = value;
                        else
                            delete message.tailPaddingAlignmentInElements;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return LayoutProto;
    })();

    xla.ShapeProto = (function() {

        const ShapeProto = function (properties) {
            this.dimensions = [];
            this.tupleShapes = [];
            this.isDynamicDimension = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ShapeProto.prototype.elementType = 0;
        ShapeProto.prototype.dimensions = $util.emptyArray;
        ShapeProto.prototype.tupleShapes = $util.emptyArray;
        ShapeProto.prototype.layout = null;
        ShapeProto.prototype.isDynamicDimension = $util.emptyArray;

        ShapeProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.elementType != null && $Object.hasOwnProperty.call(message, "elementType") && message.elementType !== 0)
                writer.uint32(16).int32(message.elementType);
            if (message.dimensions != null && message.dimensions.length)
                writer.uint32(26).int64s(message.dimensions);
            if (message.tupleShapes != null && message.tupleShapes.length)
                for (let i = 0; i < message.tupleShapes.length; ++i)
                    $root.xla.ShapeProto.encode(message.tupleShapes[i], writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.layout != null && $Object.hasOwnProperty.call(message, "layout"))
                $root.xla.LayoutProto.encode(message.layout, writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.isDynamicDimension != null && message.isDynamicDimension.length)
                writer.uint32(50).bools(message.isDynamicDimension);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ShapeProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.ShapeProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.elementType = value;
                        else
                            delete message.elementType;
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.dimensions && message.dimensions.length))
                                message.dimensions = [];
                            reader.int64s(message.dimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.dimensions && message.dimensions.length))
                            message.dimensions = [];
                        message.dimensions.push(reader.int64());
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if (!(message.tupleShapes && message.tupleShapes.length))
                            message.tupleShapes = [];
                        message.tupleShapes.push($root.xla.ShapeProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.layout = $root.xla.LayoutProto.decode(reader, reader.size(), $undefined, _depth + 1, message.layout);
                        continue;
                    }
                case 6: {
                        if (wireType === 2) {
                            if (!(message.isDynamicDimension && message.isDynamicDimension.length))
                                message.isDynamicDimension = [];
                            reader.bools(message.isDynamicDimension);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.isDynamicDimension && message.isDynamicDimension.length))
                            message.isDynamicDimension = [];
                        message.isDynamicDimension.push(reader.bool());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ShapeProto;
    })();

    xla.ProgramShapeProto = (function() {

        const ProgramShapeProto = function (properties) {
            this.parameters = [];
            this.parameterNames = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ProgramShapeProto.prototype.parameters = $util.emptyArray;
        ProgramShapeProto.prototype.result = null;
        ProgramShapeProto.prototype.parameterNames = $util.emptyArray;

        ProgramShapeProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.parameters != null && message.parameters.length)
                for (let i = 0; i < message.parameters.length; ++i)
                    $root.xla.ShapeProto.encode(message.parameters[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.result != null && $Object.hasOwnProperty.call(message, "result"))
                $root.xla.ShapeProto.encode(message.result, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.parameterNames != null && message.parameterNames.length)
                for (let i = 0; i < message.parameterNames.length; ++i)
                    writer.uint32(26).string(message.parameterNames[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ProgramShapeProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.ProgramShapeProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.parameters && message.parameters.length))
                            message.parameters = [];
                        message.parameters.push($root.xla.ShapeProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.result = $root.xla.ShapeProto.decode(reader, reader.size(), $undefined, _depth + 1, message.result);
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.parameterNames && message.parameterNames.length))
                            message.parameterNames = [];
                        message.parameterNames.push(reader.stringVerify());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ProgramShapeProto;
    })();

    xla.LiteralProto = (function() {

        const LiteralProto = function (properties) {
            this.tupleLiterals = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        LiteralProto.prototype.shape = null;
        LiteralProto.prototype.preds = $util.newBuffer([]);
        LiteralProto.prototype.u8s = $util.newBuffer([]);
        LiteralProto.prototype.s32s = $util.newBuffer([]);
        LiteralProto.prototype.s64s = $util.newBuffer([]);
        LiteralProto.prototype.u32s = $util.newBuffer([]);
        LiteralProto.prototype.u64s = $util.newBuffer([]);
        LiteralProto.prototype.f32s = $util.newBuffer([]);
        LiteralProto.prototype.f64s = $util.newBuffer([]);
        LiteralProto.prototype.tupleLiterals = $util.emptyArray;
        LiteralProto.prototype.f16s = $util.newBuffer([]);
        LiteralProto.prototype.c64s = $util.newBuffer([]);
        LiteralProto.prototype.bf16s = $util.newBuffer([]);
        LiteralProto.prototype.s8s = $util.newBuffer([]);
        LiteralProto.prototype.u16s = $util.newBuffer([]);
        LiteralProto.prototype.s16s = $util.newBuffer([]);
        LiteralProto.prototype.c128s = $util.newBuffer([]);
        LiteralProto.prototype.f8e5m2s = $util.newBuffer([]);
        LiteralProto.prototype.f8e4m3fns = $util.newBuffer([]);
        LiteralProto.prototype.s4s = $util.newBuffer([]);
        LiteralProto.prototype.u4s = $util.newBuffer([]);
        LiteralProto.prototype.f8e4m3b11fnuzs = $util.newBuffer([]);
        LiteralProto.prototype.f8e5m2fnuzs = $util.newBuffer([]);
        LiteralProto.prototype.f8e4m3fnuzs = $util.newBuffer([]);
        LiteralProto.prototype.s2s = $util.newBuffer([]);
        LiteralProto.prototype.u2s = $util.newBuffer([]);
        LiteralProto.prototype.f8e4m3s = $util.newBuffer([]);
        LiteralProto.prototype.f8e3m4s = $util.newBuffer([]);
        LiteralProto.prototype.s1s = $util.newBuffer([]);
        LiteralProto.prototype.u1s = $util.newBuffer([]);
        LiteralProto.prototype.f4e2m1fns = $util.newBuffer([]);
        LiteralProto.prototype.f8e8m0fnus = $util.newBuffer([]);

        LiteralProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.shape != null && $Object.hasOwnProperty.call(message, "shape"))
                $root.xla.ShapeProto.encode(message.shape, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.preds != null && $Object.hasOwnProperty.call(message, "preds") && message.preds.length)
                writer.uint32(18).bytes(message.preds);
            if (message.u8s != null && $Object.hasOwnProperty.call(message, "u8s") && message.u8s.length)
                writer.uint32(26).bytes(message.u8s);
            if (message.s32s != null && $Object.hasOwnProperty.call(message, "s32s") && message.s32s.length)
                writer.uint32(34).bytes(message.s32s);
            if (message.s64s != null && $Object.hasOwnProperty.call(message, "s64s") && message.s64s.length)
                writer.uint32(42).bytes(message.s64s);
            if (message.u32s != null && $Object.hasOwnProperty.call(message, "u32s") && message.u32s.length)
                writer.uint32(50).bytes(message.u32s);
            if (message.u64s != null && $Object.hasOwnProperty.call(message, "u64s") && message.u64s.length)
                writer.uint32(58).bytes(message.u64s);
            if (message.f32s != null && $Object.hasOwnProperty.call(message, "f32s") && message.f32s.length)
                writer.uint32(66).bytes(message.f32s);
            if (message.f64s != null && $Object.hasOwnProperty.call(message, "f64s") && message.f64s.length)
                writer.uint32(74).bytes(message.f64s);
            if (message.tupleLiterals != null && message.tupleLiterals.length)
                for (let i = 0; i < message.tupleLiterals.length; ++i)
                    $root.xla.LiteralProto.encode(message.tupleLiterals[i], writer.uint32(82).fork(), _depth + 1).ldelim();
            if (message.f16s != null && $Object.hasOwnProperty.call(message, "f16s") && message.f16s.length)
                writer.uint32(90).bytes(message.f16s);
            if (message.c64s != null && $Object.hasOwnProperty.call(message, "c64s") && message.c64s.length)
                writer.uint32(98).bytes(message.c64s);
            if (message.bf16s != null && $Object.hasOwnProperty.call(message, "bf16s") && message.bf16s.length)
                writer.uint32(106).bytes(message.bf16s);
            if (message.s8s != null && $Object.hasOwnProperty.call(message, "s8s") && message.s8s.length)
                writer.uint32(122).bytes(message.s8s);
            if (message.u16s != null && $Object.hasOwnProperty.call(message, "u16s") && message.u16s.length)
                writer.uint32(130).bytes(message.u16s);
            if (message.s16s != null && $Object.hasOwnProperty.call(message, "s16s") && message.s16s.length)
                writer.uint32(138).bytes(message.s16s);
            if (message.c128s != null && $Object.hasOwnProperty.call(message, "c128s") && message.c128s.length)
                writer.uint32(146).bytes(message.c128s);
            if (message.f8e5m2s != null && $Object.hasOwnProperty.call(message, "f8e5m2s") && message.f8e5m2s.length)
                writer.uint32(154).bytes(message.f8e5m2s);
            if (message.f8e4m3fns != null && $Object.hasOwnProperty.call(message, "f8e4m3fns") && message.f8e4m3fns.length)
                writer.uint32(162).bytes(message.f8e4m3fns);
            if (message.s4s != null && $Object.hasOwnProperty.call(message, "s4s") && message.s4s.length)
                writer.uint32(170).bytes(message.s4s);
            if (message.u4s != null && $Object.hasOwnProperty.call(message, "u4s") && message.u4s.length)
                writer.uint32(178).bytes(message.u4s);
            if (message.f8e4m3b11fnuzs != null && $Object.hasOwnProperty.call(message, "f8e4m3b11fnuzs") && message.f8e4m3b11fnuzs.length)
                writer.uint32(186).bytes(message.f8e4m3b11fnuzs);
            if (message.f8e5m2fnuzs != null && $Object.hasOwnProperty.call(message, "f8e5m2fnuzs") && message.f8e5m2fnuzs.length)
                writer.uint32(194).bytes(message.f8e5m2fnuzs);
            if (message.f8e4m3fnuzs != null && $Object.hasOwnProperty.call(message, "f8e4m3fnuzs") && message.f8e4m3fnuzs.length)
                writer.uint32(202).bytes(message.f8e4m3fnuzs);
            if (message.s2s != null && $Object.hasOwnProperty.call(message, "s2s") && message.s2s.length)
                writer.uint32(210).bytes(message.s2s);
            if (message.u2s != null && $Object.hasOwnProperty.call(message, "u2s") && message.u2s.length)
                writer.uint32(218).bytes(message.u2s);
            if (message.f8e4m3s != null && $Object.hasOwnProperty.call(message, "f8e4m3s") && message.f8e4m3s.length)
                writer.uint32(226).bytes(message.f8e4m3s);
            if (message.f8e3m4s != null && $Object.hasOwnProperty.call(message, "f8e3m4s") && message.f8e3m4s.length)
                writer.uint32(234).bytes(message.f8e3m4s);
            if (message.s1s != null && $Object.hasOwnProperty.call(message, "s1s") && message.s1s.length)
                writer.uint32(242).bytes(message.s1s);
            if (message.u1s != null && $Object.hasOwnProperty.call(message, "u1s") && message.u1s.length)
                writer.uint32(250).bytes(message.u1s);
            if (message.f4e2m1fns != null && $Object.hasOwnProperty.call(message, "f4e2m1fns") && message.f4e2m1fns.length)
                writer.uint32(258).bytes(message.f4e2m1fns);
            if (message.f8e8m0fnus != null && $Object.hasOwnProperty.call(message, "f8e8m0fnus") && message.f8e8m0fnus.length)
                writer.uint32(266).bytes(message.f8e8m0fnus);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        LiteralProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.LiteralProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.shape = $root.xla.ShapeProto.decode(reader, reader.size(), $undefined, _depth + 1, message.shape);
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.preds = value;
                        else
                            delete message.preds;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.u8s = value;
                        else
                            delete message.u8s;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.s32s = value;
                        else
                            delete message.s32s;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.s64s = value;
                        else
                            delete message.s64s;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.u32s = value;
                        else
                            delete message.u32s;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.u64s = value;
                        else
                            delete message.u64s;
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f32s = value;
                        else
                            delete message.f32s;
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f64s = value;
                        else
                            delete message.f64s;
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        if (!(message.tupleLiterals && message.tupleLiterals.length))
                            message.tupleLiterals = [];
                        message.tupleLiterals.push($root.xla.LiteralProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 11: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f16s = value;
                        else
                            delete message.f16s;
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.c64s = value;
                        else
                            delete message.c64s;
                        continue;
                    }
                case 13: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.bf16s = value;
                        else
                            delete message.bf16s;
                        continue;
                    }
                case 15: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.s8s = value;
                        else
                            delete message.s8s;
                        continue;
                    }
                case 16: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.u16s = value;
                        else
                            delete message.u16s;
                        continue;
                    }
                case 17: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.s16s = value;
                        else
                            delete message.s16s;
                        continue;
                    }
                case 18: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.c128s = value;
                        else
                            delete message.c128s;
                        continue;
                    }
                case 19: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f8e5m2s = value;
                        else
                            delete message.f8e5m2s;
                        continue;
                    }
                case 20: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f8e4m3fns = value;
                        else
                            delete message.f8e4m3fns;
                        continue;
                    }
                case 21: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.s4s = value;
                        else
                            delete message.s4s;
                        continue;
                    }
                case 22: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.u4s = value;
                        else
                            delete message.u4s;
                        continue;
                    }
                case 23: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f8e4m3b11fnuzs = value;
                        else
                            delete message.f8e4m3b11fnuzs;
                        continue;
                    }
                case 24: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f8e5m2fnuzs = value;
                        else
                            delete message.f8e5m2fnuzs;
                        continue;
                    }
                case 25: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f8e4m3fnuzs = value;
                        else
                            delete message.f8e4m3fnuzs;
                        continue;
                    }
                case 26: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.s2s = value;
                        else
                            delete message.s2s;
                        continue;
                    }
                case 27: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.u2s = value;
                        else
                            delete message.u2s;
                        continue;
                    }
                case 28: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f8e4m3s = value;
                        else
                            delete message.f8e4m3s;
                        continue;
                    }
                case 29: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f8e3m4s = value;
                        else
                            delete message.f8e3m4s;
                        continue;
                    }
                case 30: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.s1s = value;
                        else
                            delete message.s1s;
                        continue;
                    }
                case 31: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.u1s = value;
                        else
                            delete message.u1s;
                        continue;
                    }
                case 32: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f4e2m1fns = value;
                        else
                            delete message.f4e2m1fns;
                        continue;
                    }
                case 33: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.f8e8m0fnus = value;
                        else
                            delete message.f8e8m0fnus;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return LiteralProto;
    })();

    xla.OpMetadata = (function() {

        const OpMetadata = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        OpMetadata.prototype.opType = "";
        OpMetadata.prototype.opName = "";
        OpMetadata.prototype.sourceFile = "";
        OpMetadata.prototype.sourceLine = 0;
        OpMetadata.prototype.deduplicatedName = "";
        OpMetadata.prototype.stackFrameId = 0;
        OpMetadata.prototype.schedulingName = "";
        OpMetadata.prototype.sourceEndLine = 0;
        OpMetadata.prototype.sourceColumn = 0;
        OpMetadata.prototype.sourceEndColumn = 0;

        OpMetadata.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.opType != null && $Object.hasOwnProperty.call(message, "opType") && message.opType !== "")
                writer.uint32(10).string(message.opType);
            if (message.opName != null && $Object.hasOwnProperty.call(message, "opName") && message.opName !== "")
                writer.uint32(18).string(message.opName);
            if (message.sourceFile != null && $Object.hasOwnProperty.call(message, "sourceFile") && message.sourceFile !== "")
                writer.uint32(26).string(message.sourceFile);
            if (message.sourceLine != null && $Object.hasOwnProperty.call(message, "sourceLine") && message.sourceLine !== 0)
                writer.uint32(32).int32(message.sourceLine);
            if (message.deduplicatedName != null && $Object.hasOwnProperty.call(message, "deduplicatedName") && message.deduplicatedName !== "")
                writer.uint32(98).string(message.deduplicatedName);
            if (message.stackFrameId != null && $Object.hasOwnProperty.call(message, "stackFrameId") && message.stackFrameId !== 0)
                writer.uint32(120).int32(message.stackFrameId);
            if (message.schedulingName != null && $Object.hasOwnProperty.call(message, "schedulingName") && message.schedulingName !== "")
                writer.uint32(130).string(message.schedulingName);
            if (message.sourceEndLine != null && $Object.hasOwnProperty.call(message, "sourceEndLine") && message.sourceEndLine !== 0)
                writer.uint32(136).int32(message.sourceEndLine);
            if (message.sourceColumn != null && $Object.hasOwnProperty.call(message, "sourceColumn") && message.sourceColumn !== 0)
                writer.uint32(144).int32(message.sourceColumn);
            if (message.sourceEndColumn != null && $Object.hasOwnProperty.call(message, "sourceEndColumn") && message.sourceEndColumn !== 0)
                writer.uint32(152).int32(message.sourceEndColumn);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        OpMetadata.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.OpMetadata();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.opType = value;
                        else
                            delete message.opType;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.opName = value;
                        else
                            delete message.opName;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.sourceFile = value;
                        else
                            delete message.sourceFile;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.sourceLine = value;
                        else
                            delete message.sourceLine;
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.deduplicatedName = value;
                        else
                            delete message.deduplicatedName;
                        continue;
                    }
                case 15: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.stackFrameId = value;
                        else
                            delete message.stackFrameId;
                        continue;
                    }
                case 16: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.schedulingName = value;
                        else
                            delete message.schedulingName;
                        continue;
                    }
                case 17: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.sourceEndLine = value;
                        else
                            delete message.sourceEndLine;
                        continue;
                    }
                case 18: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.sourceColumn = value;
                        else
                            delete message.sourceColumn;
                        continue;
                    }
                case 19: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.sourceEndColumn = value;
                        else
                            delete message.sourceEndColumn;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return OpMetadata;
    })();

    xla.DeviceAssignmentProto = (function() {

        const DeviceAssignmentProto = function (properties) {
            this.computationDevices = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        DeviceAssignmentProto.prototype.replicaCount = 0;
        DeviceAssignmentProto.prototype.computationCount = 0;
        DeviceAssignmentProto.prototype.computationDevices = $util.emptyArray;

        DeviceAssignmentProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.replicaCount != null && $Object.hasOwnProperty.call(message, "replicaCount") && message.replicaCount !== 0)
                writer.uint32(8).int32(message.replicaCount);
            if (message.computationCount != null && $Object.hasOwnProperty.call(message, "computationCount") && message.computationCount !== 0)
                writer.uint32(16).int32(message.computationCount);
            if (message.computationDevices != null && message.computationDevices.length)
                for (let i = 0; i < message.computationDevices.length; ++i)
                    $root.xla.DeviceAssignmentProto.ComputationDevice.encode(message.computationDevices[i], writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        DeviceAssignmentProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.DeviceAssignmentProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.replicaCount = value;
                        else
                            delete message.replicaCount;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.computationCount = value;
                        else
                            delete message.computationCount;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.computationDevices && message.computationDevices.length))
                            message.computationDevices = [];
                        message.computationDevices.push($root.xla.DeviceAssignmentProto.ComputationDevice.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        DeviceAssignmentProto.ComputationDevice = (function() {

            const ComputationDevice = function (properties) {
                this.replicaDeviceIds = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ComputationDevice.prototype.replicaDeviceIds = $util.emptyArray;

            ComputationDevice.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.replicaDeviceIds != null && message.replicaDeviceIds.length)
                    writer.uint32(10).int64s(message.replicaDeviceIds);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ComputationDevice.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.DeviceAssignmentProto.ComputationDevice();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.replicaDeviceIds && message.replicaDeviceIds.length))
                                    message.replicaDeviceIds = [];
                                reader.int64s(message.replicaDeviceIds);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.replicaDeviceIds && message.replicaDeviceIds.length))
                                message.replicaDeviceIds = [];
                            message.replicaDeviceIds.push(reader.int64());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ComputationDevice;
        })();

        return DeviceAssignmentProto;
    })();

    xla.PaddingConfig = (function() {

        const PaddingConfig = function (properties) {
            this.dimensions = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PaddingConfig.prototype.dimensions = $util.emptyArray;

        PaddingConfig.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.dimensions != null && message.dimensions.length)
                for (let i = 0; i < message.dimensions.length; ++i)
                    $root.xla.PaddingConfig.PaddingConfigDimension.encode(message.dimensions[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PaddingConfig.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.PaddingConfig();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.dimensions && message.dimensions.length))
                            message.dimensions = [];
                        message.dimensions.push($root.xla.PaddingConfig.PaddingConfigDimension.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        PaddingConfig.PaddingConfigDimension = (function() {

            const PaddingConfigDimension = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            PaddingConfigDimension.prototype.edgePaddingLow = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            PaddingConfigDimension.prototype.edgePaddingHigh = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            PaddingConfigDimension.prototype.interiorPadding = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            PaddingConfigDimension.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.edgePaddingLow != null && $Object.hasOwnProperty.call(message, "edgePaddingLow") && (typeof message.edgePaddingLow === "object" ? message.edgePaddingLow.low || message.edgePaddingLow.high : message.edgePaddingLow !== 0))
                    writer.uint32(8).int64(message.edgePaddingLow);
                if (message.edgePaddingHigh != null && $Object.hasOwnProperty.call(message, "edgePaddingHigh") && (typeof message.edgePaddingHigh === "object" ? message.edgePaddingHigh.low || message.edgePaddingHigh.high : message.edgePaddingHigh !== 0))
                    writer.uint32(16).int64(message.edgePaddingHigh);
                if (message.interiorPadding != null && $Object.hasOwnProperty.call(message, "interiorPadding") && (typeof message.interiorPadding === "object" ? message.interiorPadding.low || message.interiorPadding.high : message.interiorPadding !== 0))
                    writer.uint32(24).int64(message.interiorPadding);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            PaddingConfigDimension.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.PaddingConfig.PaddingConfigDimension();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.edgePaddingLow = value;
                            else
                                delete message.edgePaddingLow;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.edgePaddingHigh = value;
                            else
                                delete message.edgePaddingHigh;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.interiorPadding = value;
                            else
                                delete message.interiorPadding;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PaddingConfigDimension;
        })();

        return PaddingConfig;
    })();

    xla.WindowDimension = (function() {

        const WindowDimension = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        WindowDimension.prototype.size = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        WindowDimension.prototype.stride = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        WindowDimension.prototype.paddingLow = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        WindowDimension.prototype.paddingHigh = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        WindowDimension.prototype.windowDilation = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        WindowDimension.prototype.baseDilation = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        WindowDimension.prototype.windowReversal = false;

        WindowDimension.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.size != null && $Object.hasOwnProperty.call(message, "size") && (typeof message.size === "object" ? message.size.low || message.size.high : message.size !== 0))
                writer.uint32(8).int64(message.size);
            if (message.stride != null && $Object.hasOwnProperty.call(message, "stride") && (typeof message.stride === "object" ? message.stride.low || message.stride.high : message.stride !== 0))
                writer.uint32(16).int64(message.stride);
            if (message.paddingLow != null && $Object.hasOwnProperty.call(message, "paddingLow") && (typeof message.paddingLow === "object" ? message.paddingLow.low || message.paddingLow.high : message.paddingLow !== 0))
                writer.uint32(24).int64(message.paddingLow);
            if (message.paddingHigh != null && $Object.hasOwnProperty.call(message, "paddingHigh") && (typeof message.paddingHigh === "object" ? message.paddingHigh.low || message.paddingHigh.high : message.paddingHigh !== 0))
                writer.uint32(32).int64(message.paddingHigh);
            if (message.windowDilation != null && $Object.hasOwnProperty.call(message, "windowDilation") && (typeof message.windowDilation === "object" ? message.windowDilation.low || message.windowDilation.high : message.windowDilation !== 0))
                writer.uint32(40).int64(message.windowDilation);
            if (message.baseDilation != null && $Object.hasOwnProperty.call(message, "baseDilation") && (typeof message.baseDilation === "object" ? message.baseDilation.low || message.baseDilation.high : message.baseDilation !== 0))
                writer.uint32(48).int64(message.baseDilation);
            if (message.windowReversal != null && $Object.hasOwnProperty.call(message, "windowReversal") && message.windowReversal !== false)
                writer.uint32(56).bool(message.windowReversal);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        WindowDimension.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.WindowDimension();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.size = value;
                        else
                            delete message.size;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.stride = value;
                        else
                            delete message.stride;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.paddingLow = value;
                        else
                            delete message.paddingLow;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.paddingHigh = value;
                        else
                            delete message.paddingHigh;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.windowDilation = value;
                        else
                            delete message.windowDilation;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.baseDilation = value;
                        else
                            delete message.baseDilation;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.windowReversal = value;
                        else
                            delete message.windowReversal;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return WindowDimension;
    })();

    xla.Window = (function() {

        const Window = function (properties) {
            this.dimensions = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Window.prototype.dimensions = $util.emptyArray;

        Window.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.dimensions != null && message.dimensions.length)
                for (let i = 0; i < message.dimensions.length; ++i)
                    $root.xla.WindowDimension.encode(message.dimensions[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Window.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.Window();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.dimensions && message.dimensions.length))
                            message.dimensions = [];
                        message.dimensions.push($root.xla.WindowDimension.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Window;
    })();

    xla.GatherDimensionNumbers = (function() {

        const GatherDimensionNumbers = function (properties) {
            this.offsetDims = [];
            this.collapsedSliceDims = [];
            this.startIndexMap = [];
            this.operandBatchingDims = [];
            this.startIndicesBatchingDims = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GatherDimensionNumbers.prototype.offsetDims = $util.emptyArray;
        GatherDimensionNumbers.prototype.collapsedSliceDims = $util.emptyArray;
        GatherDimensionNumbers.prototype.startIndexMap = $util.emptyArray;
        GatherDimensionNumbers.prototype.indexVectorDim = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        GatherDimensionNumbers.prototype.operandBatchingDims = $util.emptyArray;
        GatherDimensionNumbers.prototype.startIndicesBatchingDims = $util.emptyArray;

        GatherDimensionNumbers.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.offsetDims != null && message.offsetDims.length)
                writer.uint32(10).int64s(message.offsetDims);
            if (message.collapsedSliceDims != null && message.collapsedSliceDims.length)
                writer.uint32(18).int64s(message.collapsedSliceDims);
            if (message.startIndexMap != null && message.startIndexMap.length)
                writer.uint32(26).int64s(message.startIndexMap);
            if (message.indexVectorDim != null && $Object.hasOwnProperty.call(message, "indexVectorDim") && (typeof message.indexVectorDim === "object" ? message.indexVectorDim.low || message.indexVectorDim.high : message.indexVectorDim !== 0))
                writer.uint32(32).int64(message.indexVectorDim);
            if (message.operandBatchingDims != null && message.operandBatchingDims.length)
                writer.uint32(42).int64s(message.operandBatchingDims);
            if (message.startIndicesBatchingDims != null && message.startIndicesBatchingDims.length)
                writer.uint32(50).int64s(message.startIndicesBatchingDims);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GatherDimensionNumbers.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.GatherDimensionNumbers();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType === 2) {
                            if (!(message.offsetDims && message.offsetDims.length))
                                message.offsetDims = [];
                            reader.int64s(message.offsetDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.offsetDims && message.offsetDims.length))
                            message.offsetDims = [];
                        message.offsetDims.push(reader.int64());
                        continue;
                    }
                case 2: {
                        if (wireType === 2) {
                            if (!(message.collapsedSliceDims && message.collapsedSliceDims.length))
                                message.collapsedSliceDims = [];
                            reader.int64s(message.collapsedSliceDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.collapsedSliceDims && message.collapsedSliceDims.length))
                            message.collapsedSliceDims = [];
                        message.collapsedSliceDims.push(reader.int64());
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.startIndexMap && message.startIndexMap.length))
                                message.startIndexMap = [];
                            reader.int64s(message.startIndexMap);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.startIndexMap && message.startIndexMap.length))
                            message.startIndexMap = [];
                        message.startIndexMap.push(reader.int64());
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.indexVectorDim = value;
                        else
                            delete message.indexVectorDim;
                        continue;
                    }
                case 5: {
                        if (wireType === 2) {
                            if (!(message.operandBatchingDims && message.operandBatchingDims.length))
                                message.operandBatchingDims = [];
                            reader.int64s(message.operandBatchingDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.operandBatchingDims && message.operandBatchingDims.length))
                            message.operandBatchingDims = [];
                        message.operandBatchingDims.push(reader.int64());
                        continue;
                    }
                case 6: {
                        if (wireType === 2) {
                            if (!(message.startIndicesBatchingDims && message.startIndicesBatchingDims.length))
                                message.startIndicesBatchingDims = [];
                            reader.int64s(message.startIndicesBatchingDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.startIndicesBatchingDims && message.startIndicesBatchingDims.length))
                            message.startIndicesBatchingDims = [];
                        message.startIndicesBatchingDims.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GatherDimensionNumbers;
    })();

    xla.ScatterDimensionNumbers = (function() {

        const ScatterDimensionNumbers = function (properties) {
            this.updateWindowDims = [];
            this.insertedWindowDims = [];
            this.scatterDimsToOperandDims = [];
            this.inputBatchingDims = [];
            this.scatterIndicesBatchingDims = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ScatterDimensionNumbers.prototype.updateWindowDims = $util.emptyArray;
        ScatterDimensionNumbers.prototype.insertedWindowDims = $util.emptyArray;
        ScatterDimensionNumbers.prototype.scatterDimsToOperandDims = $util.emptyArray;
        ScatterDimensionNumbers.prototype.indexVectorDim = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ScatterDimensionNumbers.prototype.inputBatchingDims = $util.emptyArray;
        ScatterDimensionNumbers.prototype.scatterIndicesBatchingDims = $util.emptyArray;

        ScatterDimensionNumbers.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.updateWindowDims != null && message.updateWindowDims.length)
                writer.uint32(10).int64s(message.updateWindowDims);
            if (message.insertedWindowDims != null && message.insertedWindowDims.length)
                writer.uint32(18).int64s(message.insertedWindowDims);
            if (message.scatterDimsToOperandDims != null && message.scatterDimsToOperandDims.length)
                writer.uint32(26).int64s(message.scatterDimsToOperandDims);
            if (message.indexVectorDim != null && $Object.hasOwnProperty.call(message, "indexVectorDim") && (typeof message.indexVectorDim === "object" ? message.indexVectorDim.low || message.indexVectorDim.high : message.indexVectorDim !== 0))
                writer.uint32(32).int64(message.indexVectorDim);
            if (message.inputBatchingDims != null && message.inputBatchingDims.length)
                writer.uint32(42).int64s(message.inputBatchingDims);
            if (message.scatterIndicesBatchingDims != null && message.scatterIndicesBatchingDims.length)
                writer.uint32(50).int64s(message.scatterIndicesBatchingDims);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ScatterDimensionNumbers.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.ScatterDimensionNumbers();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType === 2) {
                            if (!(message.updateWindowDims && message.updateWindowDims.length))
                                message.updateWindowDims = [];
                            reader.int64s(message.updateWindowDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.updateWindowDims && message.updateWindowDims.length))
                            message.updateWindowDims = [];
                        message.updateWindowDims.push(reader.int64());
                        continue;
                    }
                case 2: {
                        if (wireType === 2) {
                            if (!(message.insertedWindowDims && message.insertedWindowDims.length))
                                message.insertedWindowDims = [];
                            reader.int64s(message.insertedWindowDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.insertedWindowDims && message.insertedWindowDims.length))
                            message.insertedWindowDims = [];
                        message.insertedWindowDims.push(reader.int64());
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.scatterDimsToOperandDims && message.scatterDimsToOperandDims.length))
                                message.scatterDimsToOperandDims = [];
                            reader.int64s(message.scatterDimsToOperandDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.scatterDimsToOperandDims && message.scatterDimsToOperandDims.length))
                            message.scatterDimsToOperandDims = [];
                        message.scatterDimsToOperandDims.push(reader.int64());
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.indexVectorDim = value;
                        else
                            delete message.indexVectorDim;
                        continue;
                    }
                case 5: {
                        if (wireType === 2) {
                            if (!(message.inputBatchingDims && message.inputBatchingDims.length))
                                message.inputBatchingDims = [];
                            reader.int64s(message.inputBatchingDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.inputBatchingDims && message.inputBatchingDims.length))
                            message.inputBatchingDims = [];
                        message.inputBatchingDims.push(reader.int64());
                        continue;
                    }
                case 6: {
                        if (wireType === 2) {
                            if (!(message.scatterIndicesBatchingDims && message.scatterIndicesBatchingDims.length))
                                message.scatterIndicesBatchingDims = [];
                            reader.int64s(message.scatterIndicesBatchingDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.scatterIndicesBatchingDims && message.scatterIndicesBatchingDims.length))
                            message.scatterIndicesBatchingDims = [];
                        message.scatterIndicesBatchingDims.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ScatterDimensionNumbers;
    })();

    xla.ConvolutionDimensionNumbers = (function() {

        const ConvolutionDimensionNumbers = function (properties) {
            this.kernelSpatialDimensions = [];
            this.inputSpatialDimensions = [];
            this.outputSpatialDimensions = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ConvolutionDimensionNumbers.prototype.kernelInputFeatureDimension = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ConvolutionDimensionNumbers.prototype.kernelOutputFeatureDimension = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ConvolutionDimensionNumbers.prototype.kernelSpatialDimensions = $util.emptyArray;
        ConvolutionDimensionNumbers.prototype.inputBatchDimension = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ConvolutionDimensionNumbers.prototype.inputFeatureDimension = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ConvolutionDimensionNumbers.prototype.outputBatchDimension = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ConvolutionDimensionNumbers.prototype.outputFeatureDimension = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ConvolutionDimensionNumbers.prototype.inputSpatialDimensions = $util.emptyArray;
        ConvolutionDimensionNumbers.prototype.outputSpatialDimensions = $util.emptyArray;

        ConvolutionDimensionNumbers.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.kernelInputFeatureDimension != null && $Object.hasOwnProperty.call(message, "kernelInputFeatureDimension") && (typeof message.kernelInputFeatureDimension === "object" ? message.kernelInputFeatureDimension.low || message.kernelInputFeatureDimension.high : message.kernelInputFeatureDimension !== 0))
                writer.uint32(24).int64(message.kernelInputFeatureDimension);
            if (message.kernelOutputFeatureDimension != null && $Object.hasOwnProperty.call(message, "kernelOutputFeatureDimension") && (typeof message.kernelOutputFeatureDimension === "object" ? message.kernelOutputFeatureDimension.low || message.kernelOutputFeatureDimension.high : message.kernelOutputFeatureDimension !== 0))
                writer.uint32(32).int64(message.kernelOutputFeatureDimension);
            if (message.kernelSpatialDimensions != null && message.kernelSpatialDimensions.length)
                writer.uint32(50).int64s(message.kernelSpatialDimensions);
            if (message.inputBatchDimension != null && $Object.hasOwnProperty.call(message, "inputBatchDimension") && (typeof message.inputBatchDimension === "object" ? message.inputBatchDimension.low || message.inputBatchDimension.high : message.inputBatchDimension !== 0))
                writer.uint32(56).int64(message.inputBatchDimension);
            if (message.inputFeatureDimension != null && $Object.hasOwnProperty.call(message, "inputFeatureDimension") && (typeof message.inputFeatureDimension === "object" ? message.inputFeatureDimension.low || message.inputFeatureDimension.high : message.inputFeatureDimension !== 0))
                writer.uint32(64).int64(message.inputFeatureDimension);
            if (message.outputBatchDimension != null && $Object.hasOwnProperty.call(message, "outputBatchDimension") && (typeof message.outputBatchDimension === "object" ? message.outputBatchDimension.low || message.outputBatchDimension.high : message.outputBatchDimension !== 0))
                writer.uint32(72).int64(message.outputBatchDimension);
            if (message.outputFeatureDimension != null && $Object.hasOwnProperty.call(message, "outputFeatureDimension") && (typeof message.outputFeatureDimension === "object" ? message.outputFeatureDimension.low || message.outputFeatureDimension.high : message.outputFeatureDimension !== 0))
                writer.uint32(80).int64(message.outputFeatureDimension);
            if (message.inputSpatialDimensions != null && message.inputSpatialDimensions.length)
                writer.uint32(90).int64s(message.inputSpatialDimensions);
            if (message.outputSpatialDimensions != null && message.outputSpatialDimensions.length)
                writer.uint32(98).int64s(message.outputSpatialDimensions);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ConvolutionDimensionNumbers.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.ConvolutionDimensionNumbers();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.kernelInputFeatureDimension = value;
                        else
                            delete message.kernelInputFeatureDimension;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.kernelOutputFeatureDimension = value;
                        else
                            delete message.kernelOutputFeatureDimension;
                        continue;
                    }
                case 6: {
                        if (wireType === 2) {
                            if (!(message.kernelSpatialDimensions && message.kernelSpatialDimensions.length))
                                message.kernelSpatialDimensions = [];
                            reader.int64s(message.kernelSpatialDimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.kernelSpatialDimensions && message.kernelSpatialDimensions.length))
                            message.kernelSpatialDimensions = [];
                        message.kernelSpatialDimensions.push(reader.int64());
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.inputBatchDimension = value;
                        else
                            delete message.inputBatchDimension;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.inputFeatureDimension = value;
                        else
                            delete message.inputFeatureDimension;
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.outputBatchDimension = value;
                        else
                            delete message.outputBatchDimension;
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.outputFeatureDimension = value;
                        else
                            delete message.outputFeatureDimension;
                        continue;
                    }
                case 11: {
                        if (wireType === 2) {
                            if (!(message.inputSpatialDimensions && message.inputSpatialDimensions.length))
                                message.inputSpatialDimensions = [];
                            reader.int64s(message.inputSpatialDimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.inputSpatialDimensions && message.inputSpatialDimensions.length))
                            message.inputSpatialDimensions = [];
                        message.inputSpatialDimensions.push(reader.int64());
                        continue;
                    }
                case 12: {
                        if (wireType === 2) {
                            if (!(message.outputSpatialDimensions && message.outputSpatialDimensions.length))
                                message.outputSpatialDimensions = [];
                            reader.int64s(message.outputSpatialDimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.outputSpatialDimensions && message.outputSpatialDimensions.length))
                            message.outputSpatialDimensions = [];
                        message.outputSpatialDimensions.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ConvolutionDimensionNumbers;
    })();

    xla.DotDimensionNumbers = (function() {

        const DotDimensionNumbers = function (properties) {
            this.lhsContractingDimensions = [];
            this.rhsContractingDimensions = [];
            this.lhsBatchDimensions = [];
            this.rhsBatchDimensions = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        DotDimensionNumbers.prototype.lhsContractingDimensions = $util.emptyArray;
        DotDimensionNumbers.prototype.rhsContractingDimensions = $util.emptyArray;
        DotDimensionNumbers.prototype.lhsBatchDimensions = $util.emptyArray;
        DotDimensionNumbers.prototype.rhsBatchDimensions = $util.emptyArray;

        DotDimensionNumbers.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.lhsContractingDimensions != null && message.lhsContractingDimensions.length)
                writer.uint32(10).int64s(message.lhsContractingDimensions);
            if (message.rhsContractingDimensions != null && message.rhsContractingDimensions.length)
                writer.uint32(18).int64s(message.rhsContractingDimensions);
            if (message.lhsBatchDimensions != null && message.lhsBatchDimensions.length)
                writer.uint32(26).int64s(message.lhsBatchDimensions);
            if (message.rhsBatchDimensions != null && message.rhsBatchDimensions.length)
                writer.uint32(34).int64s(message.rhsBatchDimensions);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        DotDimensionNumbers.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.DotDimensionNumbers();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType === 2) {
                            if (!(message.lhsContractingDimensions && message.lhsContractingDimensions.length))
                                message.lhsContractingDimensions = [];
                            reader.int64s(message.lhsContractingDimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.lhsContractingDimensions && message.lhsContractingDimensions.length))
                            message.lhsContractingDimensions = [];
                        message.lhsContractingDimensions.push(reader.int64());
                        continue;
                    }
                case 2: {
                        if (wireType === 2) {
                            if (!(message.rhsContractingDimensions && message.rhsContractingDimensions.length))
                                message.rhsContractingDimensions = [];
                            reader.int64s(message.rhsContractingDimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.rhsContractingDimensions && message.rhsContractingDimensions.length))
                            message.rhsContractingDimensions = [];
                        message.rhsContractingDimensions.push(reader.int64());
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.lhsBatchDimensions && message.lhsBatchDimensions.length))
                                message.lhsBatchDimensions = [];
                            reader.int64s(message.lhsBatchDimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.lhsBatchDimensions && message.lhsBatchDimensions.length))
                            message.lhsBatchDimensions = [];
                        message.lhsBatchDimensions.push(reader.int64());
                        continue;
                    }
                case 4: {
                        if (wireType === 2) {
                            if (!(message.rhsBatchDimensions && message.rhsBatchDimensions.length))
                                message.rhsBatchDimensions = [];
                            reader.int64s(message.rhsBatchDimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.rhsBatchDimensions && message.rhsBatchDimensions.length))
                            message.rhsBatchDimensions = [];
                        message.rhsBatchDimensions.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return DotDimensionNumbers;
    })();

    xla.RaggedDotDimensionNumbers = (function() {

        const RaggedDotDimensionNumbers = function (properties) {
            this.lhsRaggedDimensions = [];
            this.rhsGroupDimensions = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RaggedDotDimensionNumbers.prototype.dotDimensionNumbers = null;
        RaggedDotDimensionNumbers.prototype.lhsRaggedDimensions = $util.emptyArray;
        RaggedDotDimensionNumbers.prototype.rhsGroupDimensions = $util.emptyArray;

        RaggedDotDimensionNumbers.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.dotDimensionNumbers != null && $Object.hasOwnProperty.call(message, "dotDimensionNumbers"))
                $root.xla.DotDimensionNumbers.encode(message.dotDimensionNumbers, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.lhsRaggedDimensions != null && message.lhsRaggedDimensions.length)
                writer.uint32(18).int64s(message.lhsRaggedDimensions);
            if (message.rhsGroupDimensions != null && message.rhsGroupDimensions.length)
                writer.uint32(26).int64s(message.rhsGroupDimensions);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RaggedDotDimensionNumbers.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.RaggedDotDimensionNumbers();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.dotDimensionNumbers = $root.xla.DotDimensionNumbers.decode(reader, reader.size(), $undefined, _depth + 1, message.dotDimensionNumbers);
                        continue;
                    }
                case 2: {
                        if (wireType === 2) {
                            if (!(message.lhsRaggedDimensions && message.lhsRaggedDimensions.length))
                                message.lhsRaggedDimensions = [];
                            reader.int64s(message.lhsRaggedDimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.lhsRaggedDimensions && message.lhsRaggedDimensions.length))
                            message.lhsRaggedDimensions = [];
                        message.lhsRaggedDimensions.push(reader.int64());
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.rhsGroupDimensions && message.rhsGroupDimensions.length))
                                message.rhsGroupDimensions = [];
                            reader.int64s(message.rhsGroupDimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.rhsGroupDimensions && message.rhsGroupDimensions.length))
                            message.rhsGroupDimensions = [];
                        message.rhsGroupDimensions.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return RaggedDotDimensionNumbers;
    })();

    xla.FftType = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "FFT"] = 0;
        values[valuesById[1] = "IFFT"] = 1;
        values[valuesById[2] = "RFFT"] = 2;
        values[valuesById[3] = "IRFFT"] = 3;
        return values;
    })();

    xla.RandomDistribution = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "RNG_INVALID"] = 0;
        values[valuesById[1] = "RNG_UNIFORM"] = 1;
        values[valuesById[2] = "RNG_NORMAL"] = 2;
        return values;
    })();

    xla.RandomAlgorithm = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "RNG_DEFAULT"] = 0;
        values[valuesById[1] = "RNG_THREE_FRY"] = 1;
        values[valuesById[2] = "RNG_PHILOX"] = 2;
        return values;
    })();

    xla.PaddingType = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "PADDING_INVALID"] = 0;
        values[valuesById[1] = "PADDING_VALID"] = 1;
        values[valuesById[2] = "PADDING_SAME"] = 2;
        return values;
    })();

    xla.TriangularSolveOptions = (function() {

        const TriangularSolveOptions = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        TriangularSolveOptions.prototype.leftSide = false;
        TriangularSolveOptions.prototype.lower = false;
        TriangularSolveOptions.prototype.unitDiagonal = false;
        TriangularSolveOptions.prototype.transposeA = 0;

        TriangularSolveOptions.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.leftSide != null && $Object.hasOwnProperty.call(message, "leftSide") && message.leftSide !== false)
                writer.uint32(8).bool(message.leftSide);
            if (message.lower != null && $Object.hasOwnProperty.call(message, "lower") && message.lower !== false)
                writer.uint32(16).bool(message.lower);
            if (message.unitDiagonal != null && $Object.hasOwnProperty.call(message, "unitDiagonal") && message.unitDiagonal !== false)
                writer.uint32(24).bool(message.unitDiagonal);
            if (message.transposeA != null && $Object.hasOwnProperty.call(message, "transposeA") && message.transposeA !== 0)
                writer.uint32(32).int32(message.transposeA);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        TriangularSolveOptions.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.TriangularSolveOptions();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.leftSide = value;
                        else
                            delete message.leftSide;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.lower = value;
                        else
                            delete message.lower;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.unitDiagonal = value;
                        else
                            delete message.unitDiagonal;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.transposeA = value;
                        else
                            delete message.transposeA;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        TriangularSolveOptions.Transpose = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "TRANSPOSE_INVALID"] = 0;
            values[valuesById[1] = "NO_TRANSPOSE"] = 1;
            values[valuesById[2] = "TRANSPOSE"] = 2;
            values[valuesById[3] = "ADJOINT"] = 3;
            return values;
        })();

        return TriangularSolveOptions;
    })();

    xla.CholeskyOptions = (function() {

        const CholeskyOptions = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        CholeskyOptions.prototype.lower = false;

        CholeskyOptions.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.lower != null && $Object.hasOwnProperty.call(message, "lower") && message.lower !== false)
                writer.uint32(8).bool(message.lower);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        CholeskyOptions.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.CholeskyOptions();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.lower = value;
                        else
                            delete message.lower;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return CholeskyOptions;
    })();

    xla.FrontendAttributes = (function() {

        const FrontendAttributes = function (properties) {
            this.map = {};
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        FrontendAttributes.prototype.map = $util.emptyObject;

        FrontendAttributes.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.map != null && $Object.hasOwnProperty.call(message, "map"))
                for (let keys = $Object.keys(message.map), i = 0; i < keys.length; ++i)
                    writer.uint32(10).fork().uint32(10).string(keys[i]).uint32(18).string(message.map[keys[i]]).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        FrontendAttributes.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, key, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.FrontendAttributes();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (message.map === $util.emptyObject)
                            message.map = {};
                        let end2 = reader.size() + reader.pos;
                        if (end2 > reader.len)
                            throw $RangeError("index out of range");
                        reader.len = end2;
                        key = "";
                        value = "";
                        while (reader.pos < end2) {
                            let tag2 = reader.tag();
                            wireType = tag2 & 7;
                            switch (tag2 >>>= 3) {
                            case 1:
                                if (wireType !== 2)
                                    break;
                                key = reader.stringVerify();
                                continue;
                            case 2:
                                if (wireType !== 2)
                                    break;
                                value = reader.stringVerify();
                                continue;
                            }
                            reader.skipType(wireType, _depth, tag2);
                        }
                        if (reader.pos !== end2)
                            throw $RangeError("index out of range");
                        reader.len = end;
                        if (key === "__proto__")
                            $util.makeProp(message.map, key);
                        message.map[key] = value;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return FrontendAttributes;
    })();

    xla.MeshProto = (function() {

        const MeshProto = function (properties) {
            this.axes = [];
            this.deviceIds = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        MeshProto.prototype.axes = $util.emptyArray;
        MeshProto.prototype.deviceIds = $util.emptyArray;

        MeshProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.axes != null && message.axes.length)
                for (let i = 0; i < message.axes.length; ++i)
                    $root.xla.MeshProto.MeshAxis.encode(message.axes[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.deviceIds != null && message.deviceIds.length)
                writer.uint32(18).int64s(message.deviceIds);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        MeshProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.MeshProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.axes && message.axes.length))
                            message.axes = [];
                        message.axes.push($root.xla.MeshProto.MeshAxis.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 2: {
                        if (wireType === 2) {
                            if (!(message.deviceIds && message.deviceIds.length))
                                message.deviceIds = [];
                            reader.int64s(message.deviceIds);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.deviceIds && message.deviceIds.length))
                            message.deviceIds = [];
                        message.deviceIds.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        MeshProto.MeshAxis = (function() {

            const MeshAxis = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            MeshAxis.prototype.name = "";
            MeshAxis.prototype.size = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            MeshAxis.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.size != null && $Object.hasOwnProperty.call(message, "size") && (typeof message.size === "object" ? message.size.low || message.size.high : message.size !== 0))
                    writer.uint32(16).int64(message.size);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            MeshAxis.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.MeshProto.MeshAxis();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.size = value;
                            else
                                delete message.size;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return MeshAxis;
        })();

        return MeshProto;
    })();

    xla.AxisRefProto = (function() {

        const AxisRefProto = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        AxisRefProto.prototype.meshAxisIndex = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        AxisRefProto.prototype.subAxisInfo = null;

        let $oneOfFields;

        // Virtual OneOf for proto3 optional field
        $Object.defineProperty(AxisRefProto.prototype, "_subAxisInfo", {
            get: $util.oneOfGetter($oneOfFields = ["subAxisInfo"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        AxisRefProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.meshAxisIndex != null && $Object.hasOwnProperty.call(message, "meshAxisIndex") && (typeof message.meshAxisIndex === "object" ? message.meshAxisIndex.low || message.meshAxisIndex.high : message.meshAxisIndex !== 0))
                writer.uint32(8).int64(message.meshAxisIndex);
            if (message.subAxisInfo != null && $Object.hasOwnProperty.call(message, "subAxisInfo"))
                $root.xla.AxisRefProto.SubAxis.encode(message.subAxisInfo, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        AxisRefProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.AxisRefProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.meshAxisIndex = value;
                        else
                            delete message.meshAxisIndex;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.subAxisInfo = $root.xla.AxisRefProto.SubAxis.decode(reader, reader.size(), $undefined, _depth + 1, message.subAxisInfo);
                        message._subAxisInfo = "subAxisInfo";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        AxisRefProto.SubAxis = (function() {

            const SubAxis = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            SubAxis.prototype.preSize = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            SubAxis.prototype.size = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            SubAxis.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.preSize != null && $Object.hasOwnProperty.call(message, "preSize") && (typeof message.preSize === "object" ? message.preSize.low || message.preSize.high : message.preSize !== 0))
                    writer.uint32(8).int64(message.preSize);
                if (message.size != null && $Object.hasOwnProperty.call(message, "size") && (typeof message.size === "object" ? message.size.low || message.size.high : message.size !== 0))
                    writer.uint32(16).int64(message.size);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            SubAxis.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.AxisRefProto.SubAxis();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.preSize = value;
                            else
                                delete message.preSize;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.size = value;
                            else
                                delete message.size;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SubAxis;
        })();

        return AxisRefProto;
    })();

    xla.NamedShardingProto = (function() {

        const NamedShardingProto = function (properties) {
            this.dimShardings = [];
            this.replicatedAxes = [];
            this.unreducedAxes = [];
            this.metadata = [];
            this.manualAxes = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        NamedShardingProto.prototype.mesh = null;
        NamedShardingProto.prototype.dimShardings = $util.emptyArray;
        NamedShardingProto.prototype.replicatedAxes = $util.emptyArray;
        NamedShardingProto.prototype.unreducedAxes = $util.emptyArray;
        NamedShardingProto.prototype.metadata = $util.emptyArray;
        NamedShardingProto.prototype.manualAxes = $util.emptyArray;

        NamedShardingProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.mesh != null && $Object.hasOwnProperty.call(message, "mesh"))
                $root.xla.MeshProto.encode(message.mesh, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.dimShardings != null && message.dimShardings.length)
                for (let i = 0; i < message.dimShardings.length; ++i)
                    $root.xla.NamedShardingProto.DimensionSharding.encode(message.dimShardings[i], writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.replicatedAxes != null && message.replicatedAxes.length)
                for (let i = 0; i < message.replicatedAxes.length; ++i)
                    $root.xla.AxisRefProto.encode(message.replicatedAxes[i], writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.unreducedAxes != null && message.unreducedAxes.length)
                for (let i = 0; i < message.unreducedAxes.length; ++i)
                    $root.xla.AxisRefProto.encode(message.unreducedAxes[i], writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.metadata != null && message.metadata.length)
                for (let i = 0; i < message.metadata.length; ++i)
                    $root.xla.OpMetadata.encode(message.metadata[i], writer.uint32(50).fork(), _depth + 1).ldelim();
            if (message.manualAxes != null && message.manualAxes.length)
                for (let i = 0; i < message.manualAxes.length; ++i)
                    $root.xla.AxisRefProto.encode(message.manualAxes[i], writer.uint32(58).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        NamedShardingProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.NamedShardingProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.mesh = $root.xla.MeshProto.decode(reader, reader.size(), $undefined, _depth + 1, message.mesh);
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.dimShardings && message.dimShardings.length))
                            message.dimShardings = [];
                        message.dimShardings.push($root.xla.NamedShardingProto.DimensionSharding.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if (!(message.replicatedAxes && message.replicatedAxes.length))
                            message.replicatedAxes = [];
                        message.replicatedAxes.push($root.xla.AxisRefProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if (!(message.unreducedAxes && message.unreducedAxes.length))
                            message.unreducedAxes = [];
                        message.unreducedAxes.push($root.xla.AxisRefProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if (!(message.metadata && message.metadata.length))
                            message.metadata = [];
                        message.metadata.push($root.xla.OpMetadata.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if (!(message.manualAxes && message.manualAxes.length))
                            message.manualAxes = [];
                        message.manualAxes.push($root.xla.AxisRefProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        NamedShardingProto.DimensionSharding = (function() {

            const DimensionSharding = function (properties) {
                this.axes = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            DimensionSharding.prototype.axes = $util.emptyArray;
            DimensionSharding.prototype.isClosed = false;

            DimensionSharding.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.axes != null && message.axes.length)
                    for (let i = 0; i < message.axes.length; ++i)
                        $root.xla.AxisRefProto.encode(message.axes[i], writer.uint32(10).fork(), _depth + 1).ldelim();
                if (message.isClosed != null && $Object.hasOwnProperty.call(message, "isClosed") && message.isClosed !== false)
                    writer.uint32(16).bool(message.isClosed);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            DimensionSharding.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.NamedShardingProto.DimensionSharding();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.axes && message.axes.length))
                                message.axes = [];
                            message.axes.push($root.xla.AxisRefProto.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.isClosed = value;
                            else
                                delete message.isClosed;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DimensionSharding;
        })();

        return NamedShardingProto;
    })();

    xla.OpSharding = (function() {

        const OpSharding = function (properties) {
            this.tileAssignmentDimensions = [];
            this.tileAssignmentDevices = [];
            this.tupleShardings = [];
            this.metadata = [];
            this.lastTileDims = [];
            this.iotaReshapeDims = [];
            this.iotaTransposePerm = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        OpSharding.prototype.type = 0;
        OpSharding.prototype.tileShape = null;
        OpSharding.prototype.tileAssignmentDimensions = $util.emptyArray;
        OpSharding.prototype.tileAssignmentDevices = $util.emptyArray;
        OpSharding.prototype.tupleShardings = $util.emptyArray;
        OpSharding.prototype.replicateOnLastTileDim = false;
        OpSharding.prototype.metadata = $util.emptyArray;
        OpSharding.prototype.lastTileDims = $util.emptyArray;
        OpSharding.prototype.iotaReshapeDims = $util.emptyArray;
        OpSharding.prototype.iotaTransposePerm = $util.emptyArray;
        OpSharding.prototype.isShardGroup = false;
        OpSharding.prototype.shardGroupId = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        OpSharding.prototype.shardGroupType = 0;
        OpSharding.prototype.namedSharding = null;

        let $oneOfFields;

        // Virtual OneOf for proto3 optional field
        $Object.defineProperty(OpSharding.prototype, "_namedSharding", {
            get: $util.oneOfGetter($oneOfFields = ["namedSharding"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        OpSharding.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                writer.uint32(8).int32(message.type);
            if (message.tileShape != null && $Object.hasOwnProperty.call(message, "tileShape"))
                $root.xla.ShapeProto.encode(message.tileShape, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.tileAssignmentDimensions != null && message.tileAssignmentDimensions.length)
                writer.uint32(26).int64s(message.tileAssignmentDimensions);
            if (message.tileAssignmentDevices != null && message.tileAssignmentDevices.length)
                writer.uint32(34).int64s(message.tileAssignmentDevices);
            if (message.tupleShardings != null && message.tupleShardings.length)
                for (let i = 0; i < message.tupleShardings.length; ++i)
                    $root.xla.OpSharding.encode(message.tupleShardings[i], writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.replicateOnLastTileDim != null && $Object.hasOwnProperty.call(message, "replicateOnLastTileDim") && message.replicateOnLastTileDim !== false)
                writer.uint32(48).bool(message.replicateOnLastTileDim);
            if (message.metadata != null && message.metadata.length)
                for (let i = 0; i < message.metadata.length; ++i)
                    $root.xla.OpMetadata.encode(message.metadata[i], writer.uint32(58).fork(), _depth + 1).ldelim();
            if (message.lastTileDims != null && message.lastTileDims.length)
                writer.uint32(66).int32s(message.lastTileDims);
            if (message.iotaReshapeDims != null && message.iotaReshapeDims.length)
                writer.uint32(74).int64s(message.iotaReshapeDims);
            if (message.iotaTransposePerm != null && message.iotaTransposePerm.length)
                writer.uint32(82).int32s(message.iotaTransposePerm);
            if (message.isShardGroup != null && $Object.hasOwnProperty.call(message, "isShardGroup") && message.isShardGroup !== false)
                writer.uint32(88).bool(message.isShardGroup);
            if (message.shardGroupId != null && $Object.hasOwnProperty.call(message, "shardGroupId") && (typeof message.shardGroupId === "object" ? message.shardGroupId.low || message.shardGroupId.high : message.shardGroupId !== 0))
                writer.uint32(96).int64(message.shardGroupId);
            if (message.shardGroupType != null && $Object.hasOwnProperty.call(message, "shardGroupType") && message.shardGroupType !== 0)
                writer.uint32(104).int32(message.shardGroupType);
            if (message.namedSharding != null && $Object.hasOwnProperty.call(message, "namedSharding"))
                $root.xla.NamedShardingProto.encode(message.namedSharding, writer.uint32(114).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        OpSharding.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.OpSharding();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.type = value;
                        else
                            delete message.type;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.tileShape = $root.xla.ShapeProto.decode(reader, reader.size(), $undefined, _depth + 1, message.tileShape);
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.tileAssignmentDimensions && message.tileAssignmentDimensions.length))
                                message.tileAssignmentDimensions = [];
                            reader.int64s(message.tileAssignmentDimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.tileAssignmentDimensions && message.tileAssignmentDimensions.length))
                            message.tileAssignmentDimensions = [];
                        message.tileAssignmentDimensions.push(reader.int64());
                        continue;
                    }
                case 4: {
                        if (wireType === 2) {
                            if (!(message.tileAssignmentDevices && message.tileAssignmentDevices.length))
                                message.tileAssignmentDevices = [];
                            reader.int64s(message.tileAssignmentDevices);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.tileAssignmentDevices && message.tileAssignmentDevices.length))
                            message.tileAssignmentDevices = [];
                        message.tileAssignmentDevices.push(reader.int64());
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if (!(message.tupleShardings && message.tupleShardings.length))
                            message.tupleShardings = [];
                        message.tupleShardings.push($root.xla.OpSharding.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.replicateOnLastTileDim = value;
                        else
                            delete message.replicateOnLastTileDim;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if (!(message.metadata && message.metadata.length))
                            message.metadata = [];
                        message.metadata.push($root.xla.OpMetadata.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 8: {
                        if (wireType === 2) {
                            if (!(message.lastTileDims && message.lastTileDims.length))
                                message.lastTileDims = [];
                            reader.int32s(message.lastTileDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.lastTileDims && message.lastTileDims.length))
                            message.lastTileDims = [];
                        message.lastTileDims.push(reader.int32());
                        continue;
                    }
                case 9: {
                        if (wireType === 2) {
                            if (!(message.iotaReshapeDims && message.iotaReshapeDims.length))
                                message.iotaReshapeDims = [];
                            reader.int64s(message.iotaReshapeDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.iotaReshapeDims && message.iotaReshapeDims.length))
                            message.iotaReshapeDims = [];
                        message.iotaReshapeDims.push(reader.int64());
                        continue;
                    }
                case 10: {
                        if (wireType === 2) {
                            if (!(message.iotaTransposePerm && message.iotaTransposePerm.length))
                                message.iotaTransposePerm = [];
                            reader.int32s(message.iotaTransposePerm);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.iotaTransposePerm && message.iotaTransposePerm.length))
                            message.iotaTransposePerm = [];
                        message.iotaTransposePerm.push(reader.int32());
                        continue;
                    }
                case 11: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.isShardGroup = value;
                        else
                            delete message.isShardGroup;
                        continue;
                    }
                case 12: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.shardGroupId = value;
                        else
                            delete message.shardGroupId;
                        continue;
                    }
                case 13: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.shardGroupType = value;
                        else
                            delete message.shardGroupType;
                        continue;
                    }
                case 14: {
                        if (wireType !== 2)
                            break;
                        message.namedSharding = $root.xla.NamedShardingProto.decode(reader, reader.size(), $undefined, _depth + 1, message.namedSharding);
                        message._namedSharding = "namedSharding";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        OpSharding.Type = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "REPLICATED"] = 0;
            values[valuesById[1] = "MAXIMAL"] = 1;
            values[valuesById[2] = "TUPLE"] = 2;
            values[valuesById[3] = "OTHER"] = 3;
            values[valuesById[4] = "MANUAL"] = 4;
            values[valuesById[5] = "UNKNOWN"] = 5;
            values[valuesById[6] = "UNREDUCED"] = 6;
            return values;
        })();

        OpSharding.ShardGroupType = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "AS"] = 0;
            values[valuesById[1] = "LIKE"] = 1;
            return values;
        })();

        return OpSharding;
    })();

    xla.ReplicaGroup = (function() {

        const ReplicaGroup = function (properties) {
            this.replicaIds = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ReplicaGroup.prototype.replicaIds = $util.emptyArray;

        ReplicaGroup.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.replicaIds != null && message.replicaIds.length)
                writer.uint32(10).int64s(message.replicaIds);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ReplicaGroup.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.ReplicaGroup();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType === 2) {
                            if (!(message.replicaIds && message.replicaIds.length))
                                message.replicaIds = [];
                            reader.int64s(message.replicaIds);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.replicaIds && message.replicaIds.length))
                            message.replicaIds = [];
                        message.replicaIds.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ReplicaGroup;
    })();

    xla.CollectiveDeviceListProto = (function() {

        const CollectiveDeviceListProto = function (properties) {
            this.replicaGroups = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        CollectiveDeviceListProto.prototype.replicaGroups = $util.emptyArray;

        CollectiveDeviceListProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.replicaGroups != null && message.replicaGroups.length)
                for (let i = 0; i < message.replicaGroups.length; ++i)
                    $root.xla.ReplicaGroup.encode(message.replicaGroups[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        CollectiveDeviceListProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.CollectiveDeviceListProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.replicaGroups && message.replicaGroups.length))
                            message.replicaGroups = [];
                        message.replicaGroups.push($root.xla.ReplicaGroup.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return CollectiveDeviceListProto;
    })();

    xla.IotaReplicaGroupListProto = (function() {

        const IotaReplicaGroupListProto = function (properties) {
            this.iotaReshapeDims = [];
            this.iotaTransposePerm = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        IotaReplicaGroupListProto.prototype.numReplicaGroups = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        IotaReplicaGroupListProto.prototype.numDevicesPerGroup = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        IotaReplicaGroupListProto.prototype.iotaReshapeDims = $util.emptyArray;
        IotaReplicaGroupListProto.prototype.iotaTransposePerm = $util.emptyArray;

        IotaReplicaGroupListProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.numReplicaGroups != null && $Object.hasOwnProperty.call(message, "numReplicaGroups") && (typeof message.numReplicaGroups === "object" ? message.numReplicaGroups.low || message.numReplicaGroups.high : message.numReplicaGroups !== 0))
                writer.uint32(8).int64(message.numReplicaGroups);
            if (message.numDevicesPerGroup != null && $Object.hasOwnProperty.call(message, "numDevicesPerGroup") && (typeof message.numDevicesPerGroup === "object" ? message.numDevicesPerGroup.low || message.numDevicesPerGroup.high : message.numDevicesPerGroup !== 0))
                writer.uint32(16).int64(message.numDevicesPerGroup);
            if (message.iotaReshapeDims != null && message.iotaReshapeDims.length)
                writer.uint32(26).int64s(message.iotaReshapeDims);
            if (message.iotaTransposePerm != null && message.iotaTransposePerm.length)
                writer.uint32(34).int32s(message.iotaTransposePerm);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        IotaReplicaGroupListProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.IotaReplicaGroupListProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.numReplicaGroups = value;
                        else
                            delete message.numReplicaGroups;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.numDevicesPerGroup = value;
                        else
                            delete message.numDevicesPerGroup;
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.iotaReshapeDims && message.iotaReshapeDims.length))
                                message.iotaReshapeDims = [];
                            reader.int64s(message.iotaReshapeDims);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.iotaReshapeDims && message.iotaReshapeDims.length))
                            message.iotaReshapeDims = [];
                        message.iotaReshapeDims.push(reader.int64());
                        continue;
                    }
                case 4: {
                        if (wireType === 2) {
                            if (!(message.iotaTransposePerm && message.iotaTransposePerm.length))
                                message.iotaTransposePerm = [];
                            reader.int32s(message.iotaTransposePerm);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.iotaTransposePerm && message.iotaTransposePerm.length))
                            message.iotaTransposePerm = [];
                        message.iotaTransposePerm.push(reader.int32());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return IotaReplicaGroupListProto;
    })();

    xla.MeshAxesReplicaGroupListProto = (function() {

        const MeshAxesReplicaGroupListProto = function (properties) {
            this.axes = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        MeshAxesReplicaGroupListProto.prototype.mesh = null;
        MeshAxesReplicaGroupListProto.prototype.axes = $util.emptyArray;

        MeshAxesReplicaGroupListProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.mesh != null && $Object.hasOwnProperty.call(message, "mesh"))
                $root.xla.MeshProto.encode(message.mesh, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.axes != null && message.axes.length)
                for (let i = 0; i < message.axes.length; ++i)
                    $root.xla.AxisRefProto.encode(message.axes[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        MeshAxesReplicaGroupListProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.MeshAxesReplicaGroupListProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.mesh = $root.xla.MeshProto.decode(reader, reader.size(), $undefined, _depth + 1, message.mesh);
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.axes && message.axes.length))
                            message.axes = [];
                        message.axes.push($root.xla.AxisRefProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return MeshAxesReplicaGroupListProto;
    })();

    xla.SourceTarget = (function() {

        const SourceTarget = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SourceTarget.prototype.source = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        SourceTarget.prototype.target = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        SourceTarget.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.source != null && $Object.hasOwnProperty.call(message, "source") && (typeof message.source === "object" ? message.source.low || message.source.high : message.source !== 0))
                writer.uint32(8).int64(message.source);
            if (message.target != null && $Object.hasOwnProperty.call(message, "target") && (typeof message.target === "object" ? message.target.low || message.target.high : message.target !== 0))
                writer.uint32(16).int64(message.target);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SourceTarget.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.SourceTarget();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.source = value;
                        else
                            delete message.source;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.target = value;
                        else
                            delete message.target;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return SourceTarget;
    })();

    xla.ResultAccuracy = (function() {

        const ResultAccuracy = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ResultAccuracy.prototype.mode = null;
        ResultAccuracy.prototype.tolerance = null;

        let $oneOfFields;

        $Object.defineProperty(ResultAccuracy.prototype, "specs", {
            get: $util.oneOfGetter($oneOfFields = ["mode", "tolerance"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        ResultAccuracy.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.mode != null && $Object.hasOwnProperty.call(message, "mode"))
                writer.uint32(8).int32(message.mode);
            if (message.tolerance != null && $Object.hasOwnProperty.call(message, "tolerance"))
                $root.xla.ResultAccuracy.Tolerance.encode(message.tolerance, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ResultAccuracy.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.ResultAccuracy();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        message.mode = reader.int32();
                        message.specs = "mode";
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.tolerance = $root.xla.ResultAccuracy.Tolerance.decode(reader, reader.size(), $undefined, _depth + 1, message.tolerance);
                        message.specs = "tolerance";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        ResultAccuracy.Mode = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "DEFAULT"] = 0;
            values[valuesById[1] = "HIGHEST"] = 1;
            return values;
        })();

        ResultAccuracy.Tolerance = (function() {

            const Tolerance = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Tolerance.prototype.atol = 0;
            Tolerance.prototype.rtol = 0;
            Tolerance.prototype.ulps = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            Tolerance.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.atol != null && $Object.hasOwnProperty.call(message, "atol") && !$Object.is(message.atol, 0))
                    writer.uint32(9).double(message.atol);
                if (message.rtol != null && $Object.hasOwnProperty.call(message, "rtol") && !$Object.is(message.rtol, 0))
                    writer.uint32(17).double(message.rtol);
                if (message.ulps != null && $Object.hasOwnProperty.call(message, "ulps") && (typeof message.ulps === "object" ? message.ulps.low || message.ulps.high : message.ulps !== 0))
                    writer.uint32(24).int64(message.ulps);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Tolerance.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.ResultAccuracy.Tolerance();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.atol = value;
                            else
                                delete message.atol;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.rtol = value;
                            else
                                delete message.rtol;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.ulps = value;
                            else
                                delete message.ulps;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Tolerance;
        })();

        return ResultAccuracy;
    })();

    xla.PrecisionConfig = (function() {

        const PrecisionConfig = function (properties) {
            this.operandPrecision = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PrecisionConfig.prototype.operandPrecision = $util.emptyArray;
        PrecisionConfig.prototype.algorithm = 0;

        PrecisionConfig.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.operandPrecision != null && message.operandPrecision.length)
                writer.uint32(10).int32s(message.operandPrecision);
            if (message.algorithm != null && $Object.hasOwnProperty.call(message, "algorithm") && message.algorithm !== 0)
                writer.uint32(16).int32(message.algorithm);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PrecisionConfig.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.PrecisionConfig();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType === 2) {
                            if (!(message.operandPrecision && message.operandPrecision.length))
                                message.operandPrecision = [];
                            reader.int32s(message.operandPrecision);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.operandPrecision && message.operandPrecision.length))
                            message.operandPrecision = [];
                        message.operandPrecision.push(reader.int32());
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.algorithm = value;
                        else
                            delete message.algorithm;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        PrecisionConfig.Precision = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "DEFAULT"] = 0;
            values[valuesById[1] = "HIGH"] = 1;
            values[valuesById[2] = "HIGHEST"] = 2;
            return values;
        })();

        PrecisionConfig.Algorithm = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "ALG_UNSET"] = 0;
            values[valuesById[1] = "ALG_DOT_ANY_F8_ANY_F8_F32"] = 1;
            values[valuesById[2] = "ALG_DOT_ANY_F8_ANY_F8_F32_FAST_ACCUM"] = 2;
            values[valuesById[3] = "ALG_DOT_F16_F16_F16"] = 3;
            values[valuesById[4] = "ALG_DOT_F16_F16_F32"] = 4;
            values[valuesById[5] = "ALG_DOT_BF16_BF16_BF16"] = 5;
            values[valuesById[6] = "ALG_DOT_BF16_BF16_F32"] = 6;
            values[valuesById[7] = "ALG_DOT_BF16_BF16_F32_X3"] = 7;
            values[valuesById[8] = "ALG_DOT_BF16_BF16_F32_X6"] = 8;
            values[valuesById[9] = "ALG_DOT_TF32_TF32_F32"] = 9;
            values[valuesById[10] = "ALG_DOT_TF32_TF32_F32_X3"] = 10;
            values[valuesById[11] = "ALG_DOT_F32_F32_F32"] = 11;
            values[valuesById[12] = "ALG_DOT_F64_F64_F64"] = 12;
            values[valuesById[13] = "ALG_DOT_BF16_BF16_F32_X9"] = 13;
            return values;
        })();

        return PrecisionConfig;
    })();

    xla.ParameterReplication = (function() {

        const ParameterReplication = function (properties) {
            this.replicatedAtLeafBuffers = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ParameterReplication.prototype.replicatedAtLeafBuffers = $util.emptyArray;

        ParameterReplication.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.replicatedAtLeafBuffers != null && message.replicatedAtLeafBuffers.length)
                writer.uint32(10).bools(message.replicatedAtLeafBuffers);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ParameterReplication.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.ParameterReplication();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType === 2) {
                            if (!(message.replicatedAtLeafBuffers && message.replicatedAtLeafBuffers.length))
                                message.replicatedAtLeafBuffers = [];
                            reader.bools(message.replicatedAtLeafBuffers);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.replicatedAtLeafBuffers && message.replicatedAtLeafBuffers.length))
                            message.replicatedAtLeafBuffers = [];
                        message.replicatedAtLeafBuffers.push(reader.bool());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ParameterReplication;
    })();

    xla.OutputOperandAliasing = (function() {

        const OutputOperandAliasing = function (properties) {
            this.outputShapeIndex = [];
            this.operandShapeIndex = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        OutputOperandAliasing.prototype.outputShapeIndex = $util.emptyArray;
        OutputOperandAliasing.prototype.operandIndex = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        OutputOperandAliasing.prototype.operandShapeIndex = $util.emptyArray;

        OutputOperandAliasing.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.outputShapeIndex != null && message.outputShapeIndex.length)
                writer.uint32(10).int64s(message.outputShapeIndex);
            if (message.operandIndex != null && $Object.hasOwnProperty.call(message, "operandIndex") && (typeof message.operandIndex === "object" ? message.operandIndex.low || message.operandIndex.high : message.operandIndex !== 0))
                writer.uint32(16).int64(message.operandIndex);
            if (message.operandShapeIndex != null && message.operandShapeIndex.length)
                writer.uint32(26).int64s(message.operandShapeIndex);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        OutputOperandAliasing.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.OutputOperandAliasing();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType === 2) {
                            if (!(message.outputShapeIndex && message.outputShapeIndex.length))
                                message.outputShapeIndex = [];
                            reader.int64s(message.outputShapeIndex);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.outputShapeIndex && message.outputShapeIndex.length))
                            message.outputShapeIndex = [];
                        message.outputShapeIndex.push(reader.int64());
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.operandIndex = value;
                        else
                            delete message.operandIndex;
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.operandShapeIndex && message.operandShapeIndex.length))
                                message.operandShapeIndex = [];
                            reader.int64s(message.operandShapeIndex);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.operandShapeIndex && message.operandShapeIndex.length))
                            message.operandShapeIndex = [];
                        message.operandShapeIndex.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return OutputOperandAliasing;
    })();

    xla.OriginalArrayProto = (function() {

        const OriginalArrayProto = function (properties) {
            this.shapeIndex = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        OriginalArrayProto.prototype.instructionName = "";
        OriginalArrayProto.prototype.shapeIndex = $util.emptyArray;

        OriginalArrayProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.instructionName != null && $Object.hasOwnProperty.call(message, "instructionName") && message.instructionName !== "")
                writer.uint32(10).string(message.instructionName);
            if (message.shapeIndex != null && message.shapeIndex.length)
                writer.uint32(18).int64s(message.shapeIndex);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        OriginalArrayProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.OriginalArrayProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.instructionName = value;
                        else
                            delete message.instructionName;
                        continue;
                    }
                case 2: {
                        if (wireType === 2) {
                            if (!(message.shapeIndex && message.shapeIndex.length))
                                message.shapeIndex = [];
                            reader.int64s(message.shapeIndex);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.shapeIndex && message.shapeIndex.length))
                            message.shapeIndex = [];
                        message.shapeIndex.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return OriginalArrayProto;
    })();

    xla.OriginalValueElementProto = (function() {

        const OriginalValueElementProto = function (properties) {
            this.shapeIndex = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        OriginalValueElementProto.prototype.shapeIndex = $util.emptyArray;
        OriginalValueElementProto.prototype.originalArray = null;

        OriginalValueElementProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.shapeIndex != null && message.shapeIndex.length)
                writer.uint32(10).int64s(message.shapeIndex);
            if (message.originalArray != null && $Object.hasOwnProperty.call(message, "originalArray"))
                $root.xla.OriginalArrayProto.encode(message.originalArray, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        OriginalValueElementProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.OriginalValueElementProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType === 2) {
                            if (!(message.shapeIndex && message.shapeIndex.length))
                                message.shapeIndex = [];
                            reader.int64s(message.shapeIndex);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.shapeIndex && message.shapeIndex.length))
                            message.shapeIndex = [];
                        message.shapeIndex.push(reader.int64());
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.originalArray = $root.xla.OriginalArrayProto.decode(reader, reader.size(), $undefined, _depth + 1, message.originalArray);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return OriginalValueElementProto;
    })();

    xla.OriginalValueProto = (function() {

        const OriginalValueProto = function (properties) {
            this.elements = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        OriginalValueProto.prototype.elements = $util.emptyArray;
        OriginalValueProto.prototype.isSyntheticCall = false;

        OriginalValueProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.elements != null && message.elements.length)
                for (let i = 0; i < message.elements.length; ++i)
                    $root.xla.OriginalValueElementProto.encode(message.elements[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.isSyntheticCall != null && $Object.hasOwnProperty.call(message, "isSyntheticCall") && message.isSyntheticCall !== false)
                writer.uint32(16).bool(message.isSyntheticCall);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        OriginalValueProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.OriginalValueProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.elements && message.elements.length))
                            message.elements = [];
                        message.elements.push($root.xla.OriginalValueElementProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.isSyntheticCall = value;
                        else
                            delete message.isSyntheticCall;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return OriginalValueProto;
    })();

    xla.Statistic = (function() {

        const Statistic = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Statistic.prototype.statName = "";
        Statistic.prototype.statVal = 0;

        Statistic.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.statName != null && $Object.hasOwnProperty.call(message, "statName") && message.statName !== "")
                writer.uint32(10).string(message.statName);
            if (message.statVal != null && $Object.hasOwnProperty.call(message, "statVal") && !$Object.is(message.statVal, 0))
                writer.uint32(17).double(message.statVal);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Statistic.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.Statistic();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.statName = value;
                        else
                            delete message.statName;
                        continue;
                    }
                case 2: {
                        if (wireType !== 1)
                            break;
                        if (!$Object.is(value = reader.double(), 0))
                            message.statVal = value;
                        else
                            delete message.statVal;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Statistic;
    })();

    xla.StatisticsViz = (function() {

        const StatisticsViz = function (properties) {
            this.statistics = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        StatisticsViz.prototype.statIndexToVisualize = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        StatisticsViz.prototype.statistics = $util.emptyArray;

        StatisticsViz.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.statIndexToVisualize != null && $Object.hasOwnProperty.call(message, "statIndexToVisualize") && (typeof message.statIndexToVisualize === "object" ? message.statIndexToVisualize.low || message.statIndexToVisualize.high : message.statIndexToVisualize !== 0))
                writer.uint32(8).int64(message.statIndexToVisualize);
            if (message.statistics != null && message.statistics.length)
                for (let i = 0; i < message.statistics.length; ++i)
                    $root.xla.Statistic.encode(message.statistics[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        StatisticsViz.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.StatisticsViz();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.statIndexToVisualize = value;
                        else
                            delete message.statIndexToVisualize;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.statistics && message.statistics.length))
                            message.statistics = [];
                        message.statistics.push($root.xla.Statistic.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return StatisticsViz;
    })();

    xla.CustomCallSchedule = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "SCHEDULE_NONE"] = 0;
        values[valuesById[1] = "SCHEDULE_LATEST"] = 1;
        values[valuesById[2] = "SCHEDULE_EARLIEST"] = 2;
        return values;
    })();

    xla.CustomCallApiVersion = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "API_VERSION_UNSPECIFIED"] = 0;
        values[valuesById[1] = "API_VERSION_ORIGINAL"] = 1;
        values[valuesById[2] = "API_VERSION_STATUS_RETURNING"] = 2;
        values[valuesById[3] = "API_VERSION_STATUS_RETURNING_UNIFIED"] = 3;
        values[valuesById[4] = "API_VERSION_TYPED_FFI"] = 4;
        return values;
    })();

    xla.TriState = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "TRI_STATE_UNSPECIFIED"] = 0;
        values[valuesById[1] = "TRI_STATE_TRUE"] = 1;
        values[valuesById[2] = "TRI_STATE_FALSE"] = 2;
        return values;
    })();

    xla.ConvolutionKind = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "CONVOLUTION_KIND_UNSET"] = 0;
        values[valuesById[1] = "CONVOLUTION_KIND_FPROP"] = 1;
        values[valuesById[2] = "CONVOLUTION_KIND_DGRAD"] = 2;
        values[valuesById[3] = "CONVOLUTION_KIND_WGRAD"] = 3;
        return values;
    })();

    xla.Payload = (function() {

        const Payload = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Payload.prototype.value = null;
        Payload.prototype.id = null;

        let $oneOfFields;

        $Object.defineProperty(Payload.prototype, "payloadSource", {
            get: $util.oneOfGetter($oneOfFields = ["value", "id"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        Payload.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.value != null && $Object.hasOwnProperty.call(message, "value"))
                writer.uint32(10).bytes(message.value);
            if (message.id != null && $Object.hasOwnProperty.call(message, "id"))
                writer.uint32(16).int64(message.id);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Payload.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.Payload();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.value = reader.bytes();
                        message.payloadSource = "value";
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.id = reader.int64();
                        message.payloadSource = "id";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Payload;
    })();

    xla.HloInstructionProto = (function() {

        const HloInstructionProto = function (properties) {
            this.operandIds = [];
            this.controlPredecessorIds = [];
            this.calledComputationIds = [];
            this.dimensions = [];
            this.sliceDimensions = [];
            this.dynamicSliceSizes = [];
            this.fftLength = [];
            this.gatherSliceSizes = [];
            this.replicaGroups = [];
            this.sourceTargetPairs = [];
            this.operandShapesWithLayout = [];
            this.outputOperandAliasing = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        HloInstructionProto.prototype.name = "";
        HloInstructionProto.prototype.opcode = "";
        HloInstructionProto.prototype.shape = null;
        HloInstructionProto.prototype.metadata = null;
        HloInstructionProto.prototype.id = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloInstructionProto.prototype.operandIds = $util.emptyArray;
        HloInstructionProto.prototype.controlPredecessorIds = $util.emptyArray;
        HloInstructionProto.prototype.calledComputationIds = $util.emptyArray;
        HloInstructionProto.prototype.sharding = null;
        HloInstructionProto.prototype.backendConfig = $util.newBuffer([]);
        HloInstructionProto.prototype.backendConfigPayload = null;
        HloInstructionProto.prototype.frontendAttributes = null;
        HloInstructionProto.prototype.statisticsViz = null;
        HloInstructionProto.prototype.originalValue = null;
        HloInstructionProto.prototype.isComposite = false;
        HloInstructionProto.prototype.resultAccuracy = null;
        HloInstructionProto.prototype.literal = null;
        HloInstructionProto.prototype.parameterNumber = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloInstructionProto.prototype.parameterReplication = null;
        HloInstructionProto.prototype.fusionKind = "";
        HloInstructionProto.prototype.tupleIndex = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloInstructionProto.prototype.dimensions = $util.emptyArray;
        HloInstructionProto.prototype.window = null;
        HloInstructionProto.prototype.convolutionDimensionNumbers = null;
        HloInstructionProto.prototype.convKind = 0;
        HloInstructionProto.prototype.featureGroupCount = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloInstructionProto.prototype.batchGroupCount = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloInstructionProto.prototype.sliceDimensions = $util.emptyArray;
        HloInstructionProto.prototype.exponentBits = 0;
        HloInstructionProto.prototype.mantissaBits = 0;
        HloInstructionProto.prototype.dynamicSliceSizes = $util.emptyArray;
        HloInstructionProto.prototype.paddingConfig = null;
        HloInstructionProto.prototype.paddingType = 0;
        HloInstructionProto.prototype.distribution = 0;
        HloInstructionProto.prototype.rngAlgorithm = 0;
        HloInstructionProto.prototype.delta = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloInstructionProto.prototype.epsilon = 0;
        HloInstructionProto.prototype.featureIndex = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloInstructionProto.prototype.dotDimensionNumbers = null;
        HloInstructionProto.prototype.raggedDotDimensionNumbers = null;
        HloInstructionProto.prototype.precisionConfig = null;
        HloInstructionProto.prototype.fftType = 0;
        HloInstructionProto.prototype.fftLength = $util.emptyArray;
        HloInstructionProto.prototype.comparisonDirection = "";
        HloInstructionProto.prototype.comparisonType = "";
        HloInstructionProto.prototype.gatherDimensionNumbers = null;
        HloInstructionProto.prototype.gatherSliceSizes = $util.emptyArray;
        HloInstructionProto.prototype.scatterDimensionNumbers = null;
        HloInstructionProto.prototype.indicesAreSorted = false;
        HloInstructionProto.prototype.uniqueIndices = false;
        HloInstructionProto.prototype.isStable = false;
        HloInstructionProto.prototype.k = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloInstructionProto.prototype.largest = false;
        HloInstructionProto.prototype.triangularSolveOptions = null;
        HloInstructionProto.prototype.choleskyOptions = null;
        HloInstructionProto.prototype.isReverse = false;
        HloInstructionProto.prototype.numCarries = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloInstructionProto.prototype.isAssociative = 0;
        HloInstructionProto.prototype.channelId = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloInstructionProto.prototype.useGlobalDeviceIds = false;
        HloInstructionProto.prototype.constrainLayout = false;
        HloInstructionProto.prototype.replicaGroups = $util.emptyArray;
        HloInstructionProto.prototype.collectiveDeviceList = null;
        HloInstructionProto.prototype.iotaCollectiveDeviceList = null;
        HloInstructionProto.prototype.meshAxesReplicaGroupList = null;
        HloInstructionProto.prototype.sourceTargetPairs = $util.emptyArray;
        HloInstructionProto.prototype.isHostTransfer = false;
        HloInstructionProto.prototype.outfeedConfig = $util.newBuffer([]);
        HloInstructionProto.prototype.infeedConfig = $util.newBuffer([]);
        HloInstructionProto.prototype.outfeedShape = null;
        HloInstructionProto.prototype.domainEntrySharding = null;
        HloInstructionProto.prototype.domainExitSharding = null;
        HloInstructionProto.prototype.asyncExecutionThread = "";
        HloInstructionProto.prototype.crossProgramPrefetchIndex = null;
        HloInstructionProto.prototype.customCallTarget = "";
        HloInstructionProto.prototype.customCallHasSideEffect = false;
        HloInstructionProto.prototype.customCallSchedule = 0;
        HloInstructionProto.prototype.customCallApiVersion = 0;
        HloInstructionProto.prototype.operandShapesWithLayout = $util.emptyArray;
        HloInstructionProto.prototype.outputOperandAliasing = $util.emptyArray;

        let $oneOfFields;

        $Object.defineProperty(HloInstructionProto.prototype, "replicaGroupList", {
            get: $util.oneOfGetter($oneOfFields = ["collectiveDeviceList", "iotaCollectiveDeviceList", "meshAxesReplicaGroupList"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        // Virtual OneOf for proto3 optional field
        $Object.defineProperty(HloInstructionProto.prototype, "_crossProgramPrefetchIndex", {
            get: $util.oneOfGetter($oneOfFields = ["crossProgramPrefetchIndex"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        HloInstructionProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(10).string(message.name);
            if (message.opcode != null && $Object.hasOwnProperty.call(message, "opcode") && message.opcode !== "")
                writer.uint32(18).string(message.opcode);
            if (message.shape != null && $Object.hasOwnProperty.call(message, "shape"))
                $root.xla.ShapeProto.encode(message.shape, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.metadata != null && $Object.hasOwnProperty.call(message, "metadata"))
                $root.xla.OpMetadata.encode(message.metadata, writer.uint32(58).fork(), _depth + 1).ldelim();
            if (message.literal != null && $Object.hasOwnProperty.call(message, "literal"))
                $root.xla.LiteralProto.encode(message.literal, writer.uint32(66).fork(), _depth + 1).ldelim();
            if (message.parameterNumber != null && $Object.hasOwnProperty.call(message, "parameterNumber") && (typeof message.parameterNumber === "object" ? message.parameterNumber.low || message.parameterNumber.high : message.parameterNumber !== 0))
                writer.uint32(72).int64(message.parameterNumber);
            if (message.fusionKind != null && $Object.hasOwnProperty.call(message, "fusionKind") && message.fusionKind !== "")
                writer.uint32(90).string(message.fusionKind);
            if (message.tupleIndex != null && $Object.hasOwnProperty.call(message, "tupleIndex") && (typeof message.tupleIndex === "object" ? message.tupleIndex.low || message.tupleIndex.high : message.tupleIndex !== 0))
                writer.uint32(104).int64(message.tupleIndex);
            if (message.dimensions != null && message.dimensions.length)
                writer.uint32(114).int64s(message.dimensions);
            if (message.window != null && $Object.hasOwnProperty.call(message, "window"))
                $root.xla.Window.encode(message.window, writer.uint32(122).fork(), _depth + 1).ldelim();
            if (message.convolutionDimensionNumbers != null && $Object.hasOwnProperty.call(message, "convolutionDimensionNumbers"))
                $root.xla.ConvolutionDimensionNumbers.encode(message.convolutionDimensionNumbers, writer.uint32(130).fork(), _depth + 1).ldelim();
            if (message.sliceDimensions != null && message.sliceDimensions.length)
                for (let i = 0; i < message.sliceDimensions.length; ++i)
                    $root.xla.HloInstructionProto.SliceDimensions.encode(message.sliceDimensions[i], writer.uint32(138).fork(), _depth + 1).ldelim();
            if (message.exponentBits != null && $Object.hasOwnProperty.call(message, "exponentBits") && message.exponentBits !== 0)
                writer.uint32(144).int32(message.exponentBits);
            if (message.mantissaBits != null && $Object.hasOwnProperty.call(message, "mantissaBits") && message.mantissaBits !== 0)
                writer.uint32(152).int32(message.mantissaBits);
            if (message.dynamicSliceSizes != null && message.dynamicSliceSizes.length)
                writer.uint32(162).int64s(message.dynamicSliceSizes);
            if (message.paddingConfig != null && $Object.hasOwnProperty.call(message, "paddingConfig"))
                $root.xla.PaddingConfig.encode(message.paddingConfig, writer.uint32(170).fork(), _depth + 1).ldelim();
            if (message.outfeedConfig != null && $Object.hasOwnProperty.call(message, "outfeedConfig") && message.outfeedConfig.length)
                writer.uint32(178).bytes(message.outfeedConfig);
            if (message.distribution != null && $Object.hasOwnProperty.call(message, "distribution") && message.distribution !== 0)
                writer.uint32(184).int32(message.distribution);
            if (message.epsilon != null && $Object.hasOwnProperty.call(message, "epsilon") && !$Object.is(message.epsilon, 0))
                writer.uint32(197).float(message.epsilon);
            if (message.featureIndex != null && $Object.hasOwnProperty.call(message, "featureIndex") && (typeof message.featureIndex === "object" ? message.featureIndex.low || message.featureIndex.high : message.featureIndex !== 0))
                writer.uint32(200).int64(message.featureIndex);
            if (message.channelId != null && $Object.hasOwnProperty.call(message, "channelId") && (typeof message.channelId === "object" ? message.channelId.low || message.channelId.high : message.channelId !== 0))
                writer.uint32(208).int64(message.channelId);
            if (message.infeedConfig != null && $Object.hasOwnProperty.call(message, "infeedConfig") && message.infeedConfig.length)
                writer.uint32(218).bytes(message.infeedConfig);
            if (message.customCallTarget != null && $Object.hasOwnProperty.call(message, "customCallTarget") && message.customCallTarget !== "")
                writer.uint32(226).string(message.customCallTarget);
            if (message.outfeedShape != null && $Object.hasOwnProperty.call(message, "outfeedShape"))
                $root.xla.ShapeProto.encode(message.outfeedShape, writer.uint32(234).fork(), _depth + 1).ldelim();
            if (message.dotDimensionNumbers != null && $Object.hasOwnProperty.call(message, "dotDimensionNumbers"))
                $root.xla.DotDimensionNumbers.encode(message.dotDimensionNumbers, writer.uint32(242).fork(), _depth + 1).ldelim();
            if (message.fftType != null && $Object.hasOwnProperty.call(message, "fftType") && message.fftType !== 0)
                writer.uint32(248).int32(message.fftType);
            if (message.fftLength != null && message.fftLength.length)
                writer.uint32(258).int64s(message.fftLength);
            if (message.gatherDimensionNumbers != null && $Object.hasOwnProperty.call(message, "gatherDimensionNumbers"))
                $root.xla.GatherDimensionNumbers.encode(message.gatherDimensionNumbers, writer.uint32(266).fork(), _depth + 1).ldelim();
            if (message.gatherSliceSizes != null && message.gatherSliceSizes.length)
                writer.uint32(274).int64s(message.gatherSliceSizes);
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && (typeof message.id === "object" ? message.id.low || message.id.high : message.id !== 0))
                writer.uint32(280).int64(message.id);
            if (message.operandIds != null && message.operandIds.length)
                writer.uint32(290).int64s(message.operandIds);
            if (message.controlPredecessorIds != null && message.controlPredecessorIds.length)
                writer.uint32(298).int64s(message.controlPredecessorIds);
            if (message.calledComputationIds != null && message.calledComputationIds.length)
                writer.uint32(306).int64s(message.calledComputationIds);
            if (message.sharding != null && $Object.hasOwnProperty.call(message, "sharding"))
                $root.xla.OpSharding.encode(message.sharding, writer.uint32(322).fork(), _depth + 1).ldelim();
            if (message.backendConfig != null && $Object.hasOwnProperty.call(message, "backendConfig") && message.backendConfig.length)
                writer.uint32(346).bytes(message.backendConfig);
            if (message.isHostTransfer != null && $Object.hasOwnProperty.call(message, "isHostTransfer") && message.isHostTransfer !== false)
                writer.uint32(376).bool(message.isHostTransfer);
            if (message.scatterDimensionNumbers != null && $Object.hasOwnProperty.call(message, "scatterDimensionNumbers"))
                $root.xla.ScatterDimensionNumbers.encode(message.scatterDimensionNumbers, writer.uint32(386).fork(), _depth + 1).ldelim();
            if (message.replicaGroups != null && message.replicaGroups.length)
                for (let i = 0; i < message.replicaGroups.length; ++i)
                    $root.xla.ReplicaGroup.encode(message.replicaGroups[i], writer.uint32(394).fork(), _depth + 1).ldelim();
            if (message.featureGroupCount != null && $Object.hasOwnProperty.call(message, "featureGroupCount") && (typeof message.featureGroupCount === "object" ? message.featureGroupCount.low || message.featureGroupCount.high : message.featureGroupCount !== 0))
                writer.uint32(400).int64(message.featureGroupCount);
            if (message.precisionConfig != null && $Object.hasOwnProperty.call(message, "precisionConfig"))
                $root.xla.PrecisionConfig.encode(message.precisionConfig, writer.uint32(410).fork(), _depth + 1).ldelim();
            if (message.sourceTargetPairs != null && message.sourceTargetPairs.length)
                for (let i = 0; i < message.sourceTargetPairs.length; ++i)
                    $root.xla.SourceTarget.encode(message.sourceTargetPairs[i], writer.uint32(418).fork(), _depth + 1).ldelim();
            if (message.domainEntrySharding != null && $Object.hasOwnProperty.call(message, "domainEntrySharding"))
                $root.xla.OpSharding.encode(message.domainEntrySharding, writer.uint32(434).fork(), _depth + 1).ldelim();
            if (message.domainExitSharding != null && $Object.hasOwnProperty.call(message, "domainExitSharding"))
                $root.xla.OpSharding.encode(message.domainExitSharding, writer.uint32(442).fork(), _depth + 1).ldelim();
            if (message.constrainLayout != null && $Object.hasOwnProperty.call(message, "constrainLayout") && message.constrainLayout !== false)
                writer.uint32(448).bool(message.constrainLayout);
            if (message.operandShapesWithLayout != null && message.operandShapesWithLayout.length)
                for (let i = 0; i < message.operandShapesWithLayout.length; ++i)
                    $root.xla.ShapeProto.encode(message.operandShapesWithLayout[i], writer.uint32(458).fork(), _depth + 1).ldelim();
            if (message.batchGroupCount != null && $Object.hasOwnProperty.call(message, "batchGroupCount") && (typeof message.batchGroupCount === "object" ? message.batchGroupCount.low || message.batchGroupCount.high : message.batchGroupCount !== 0))
                writer.uint32(464).int64(message.batchGroupCount);
            if (message.triangularSolveOptions != null && $Object.hasOwnProperty.call(message, "triangularSolveOptions"))
                $root.xla.TriangularSolveOptions.encode(message.triangularSolveOptions, writer.uint32(474).fork(), _depth + 1).ldelim();
            if (message.isStable != null && $Object.hasOwnProperty.call(message, "isStable") && message.isStable !== false)
                writer.uint32(480).bool(message.isStable);
            if (message.parameterReplication != null && $Object.hasOwnProperty.call(message, "parameterReplication"))
                $root.xla.ParameterReplication.encode(message.parameterReplication, writer.uint32(490).fork(), _depth + 1).ldelim();
            if (message.choleskyOptions != null && $Object.hasOwnProperty.call(message, "choleskyOptions"))
                $root.xla.CholeskyOptions.encode(message.choleskyOptions, writer.uint32(498).fork(), _depth + 1).ldelim();
            if (message.comparisonDirection != null && $Object.hasOwnProperty.call(message, "comparisonDirection") && message.comparisonDirection !== "")
                writer.uint32(506).string(message.comparisonDirection);
            if (message.customCallHasSideEffect != null && $Object.hasOwnProperty.call(message, "customCallHasSideEffect") && message.customCallHasSideEffect !== false)
                writer.uint32(520).bool(message.customCallHasSideEffect);
            if (message.delta != null && $Object.hasOwnProperty.call(message, "delta") && (typeof message.delta === "object" ? message.delta.low || message.delta.high : message.delta !== 0))
                writer.uint32(528).int64(message.delta);
            if (message.indicesAreSorted != null && $Object.hasOwnProperty.call(message, "indicesAreSorted") && message.indicesAreSorted !== false)
                writer.uint32(536).bool(message.indicesAreSorted);
            if (message.frontendAttributes != null && $Object.hasOwnProperty.call(message, "frontendAttributes"))
                $root.xla.FrontendAttributes.encode(message.frontendAttributes, writer.uint32(546).fork(), _depth + 1).ldelim();
            if (message.uniqueIndices != null && $Object.hasOwnProperty.call(message, "uniqueIndices") && message.uniqueIndices !== false)
                writer.uint32(552).bool(message.uniqueIndices);
            if (message.rngAlgorithm != null && $Object.hasOwnProperty.call(message, "rngAlgorithm") && message.rngAlgorithm !== 0)
                writer.uint32(560).int32(message.rngAlgorithm);
            if (message.useGlobalDeviceIds != null && $Object.hasOwnProperty.call(message, "useGlobalDeviceIds") && message.useGlobalDeviceIds !== false)
                writer.uint32(568).bool(message.useGlobalDeviceIds);
            if (message.comparisonType != null && $Object.hasOwnProperty.call(message, "comparisonType") && message.comparisonType !== "")
                writer.uint32(578).string(message.comparisonType);
            if (message.outputOperandAliasing != null && message.outputOperandAliasing.length)
                for (let i = 0; i < message.outputOperandAliasing.length; ++i)
                    $root.xla.OutputOperandAliasing.encode(message.outputOperandAliasing[i], writer.uint32(594).fork(), _depth + 1).ldelim();
            if (message.paddingType != null && $Object.hasOwnProperty.call(message, "paddingType") && message.paddingType !== 0)
                writer.uint32(600).int32(message.paddingType);
            if (message.customCallSchedule != null && $Object.hasOwnProperty.call(message, "customCallSchedule") && message.customCallSchedule !== 0)
                writer.uint32(608).int32(message.customCallSchedule);
            if (message.customCallApiVersion != null && $Object.hasOwnProperty.call(message, "customCallApiVersion") && message.customCallApiVersion !== 0)
                writer.uint32(616).int32(message.customCallApiVersion);
            if (message.asyncExecutionThread != null && $Object.hasOwnProperty.call(message, "asyncExecutionThread") && message.asyncExecutionThread !== "")
                writer.uint32(634).string(message.asyncExecutionThread);
            if (message.crossProgramPrefetchIndex != null && $Object.hasOwnProperty.call(message, "crossProgramPrefetchIndex"))
                writer.uint32(640).int32(message.crossProgramPrefetchIndex);
            if (message.k != null && $Object.hasOwnProperty.call(message, "k") && (typeof message.k === "object" ? message.k.low || message.k.high : message.k !== 0))
                writer.uint32(648).int64(message.k);
            if (message.statisticsViz != null && $Object.hasOwnProperty.call(message, "statisticsViz"))
                $root.xla.StatisticsViz.encode(message.statisticsViz, writer.uint32(658).fork(), _depth + 1).ldelim();
            if (message.largest != null && $Object.hasOwnProperty.call(message, "largest") && message.largest !== false)
                writer.uint32(680).bool(message.largest);
            if (message.collectiveDeviceList != null && $Object.hasOwnProperty.call(message, "collectiveDeviceList"))
                $root.xla.CollectiveDeviceListProto.encode(message.collectiveDeviceList, writer.uint32(698).fork(), _depth + 1).ldelim();
            if (message.originalValue != null && $Object.hasOwnProperty.call(message, "originalValue"))
                $root.xla.OriginalValueProto.encode(message.originalValue, writer.uint32(706).fork(), _depth + 1).ldelim();
            if (message.isComposite != null && $Object.hasOwnProperty.call(message, "isComposite") && message.isComposite !== false)
                writer.uint32(712).bool(message.isComposite);
            if (message.raggedDotDimensionNumbers != null && $Object.hasOwnProperty.call(message, "raggedDotDimensionNumbers"))
                $root.xla.RaggedDotDimensionNumbers.encode(message.raggedDotDimensionNumbers, writer.uint32(722).fork(), _depth + 1).ldelim();
            if (message.resultAccuracy != null && $Object.hasOwnProperty.call(message, "resultAccuracy"))
                $root.xla.ResultAccuracy.encode(message.resultAccuracy, writer.uint32(730).fork(), _depth + 1).ldelim();
            if (message.iotaCollectiveDeviceList != null && $Object.hasOwnProperty.call(message, "iotaCollectiveDeviceList"))
                $root.xla.IotaReplicaGroupListProto.encode(message.iotaCollectiveDeviceList, writer.uint32(738).fork(), _depth + 1).ldelim();
            if (message.meshAxesReplicaGroupList != null && $Object.hasOwnProperty.call(message, "meshAxesReplicaGroupList"))
                $root.xla.MeshAxesReplicaGroupListProto.encode(message.meshAxesReplicaGroupList, writer.uint32(746).fork(), _depth + 1).ldelim();
            if (message.isReverse != null && $Object.hasOwnProperty.call(message, "isReverse") && message.isReverse !== false)
                writer.uint32(752).bool(message.isReverse);
            if (message.numCarries != null && $Object.hasOwnProperty.call(message, "numCarries") && (typeof message.numCarries === "object" ? message.numCarries.low || message.numCarries.high : message.numCarries !== 0))
                writer.uint32(760).int64(message.numCarries);
            if (message.isAssociative != null && $Object.hasOwnProperty.call(message, "isAssociative") && message.isAssociative !== 0)
                writer.uint32(768).int32(message.isAssociative);
            if (message.convKind != null && $Object.hasOwnProperty.call(message, "convKind") && message.convKind !== 0)
                writer.uint32(776).int32(message.convKind);
            if (message.backendConfigPayload != null && $Object.hasOwnProperty.call(message, "backendConfigPayload"))
                $root.xla.Payload.encode(message.backendConfigPayload, writer.uint32(794).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        HloInstructionProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.HloInstructionProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.opcode = value;
                        else
                            delete message.opcode;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.shape = $root.xla.ShapeProto.decode(reader, reader.size(), $undefined, _depth + 1, message.shape);
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        message.metadata = $root.xla.OpMetadata.decode(reader, reader.size(), $undefined, _depth + 1, message.metadata);
                        continue;
                    }
                case 35: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 36: {
                        if (wireType === 2) {
                            if (!(message.operandIds && message.operandIds.length))
                                message.operandIds = [];
                            reader.int64s(message.operandIds);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.operandIds && message.operandIds.length))
                            message.operandIds = [];
                        message.operandIds.push(reader.int64());
                        continue;
                    }
                case 37: {
                        if (wireType === 2) {
                            if (!(message.controlPredecessorIds && message.controlPredecessorIds.length))
                                message.controlPredecessorIds = [];
                            reader.int64s(message.controlPredecessorIds);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.controlPredecessorIds && message.controlPredecessorIds.length))
                            message.controlPredecessorIds = [];
                        message.controlPredecessorIds.push(reader.int64());
                        continue;
                    }
                case 38: {
                        if (wireType === 2) {
                            if (!(message.calledComputationIds && message.calledComputationIds.length))
                                message.calledComputationIds = [];
                            reader.int64s(message.calledComputationIds);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.calledComputationIds && message.calledComputationIds.length))
                            message.calledComputationIds = [];
                        message.calledComputationIds.push(reader.int64());
                        continue;
                    }
                case 40: {
                        if (wireType !== 2)
                            break;
                        message.sharding = $root.xla.OpSharding.decode(reader, reader.size(), $undefined, _depth + 1, message.sharding);
                        continue;
                    }
                case 43: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.backendConfig = value;
                        else
                            delete message.backendConfig;
                        continue;
                    }
                case 99: {
                        if (wireType !== 2)
                            break;
                        message.backendConfigPayload = $root.xla.Payload.decode(reader, reader.size(), $undefined, _depth + 1, message.backendConfigPayload);
                        continue;
                    }
                case 68: {
                        if (wireType !== 2)
                            break;
                        message.frontendAttributes = $root.xla.FrontendAttributes.decode(reader, reader.size(), $undefined, _depth + 1, message.frontendAttributes);
                        continue;
                    }
                case 82: {
                        if (wireType !== 2)
                            break;
                        message.statisticsViz = $root.xla.StatisticsViz.decode(reader, reader.size(), $undefined, _depth + 1, message.statisticsViz);
                        continue;
                    }
                case 88: {
                        if (wireType !== 2)
                            break;
                        message.originalValue = $root.xla.OriginalValueProto.decode(reader, reader.size(), $undefined, _depth + 1, message.originalValue);
                        continue;
                    }
                case 89: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.isComposite = value;
                        else
                            delete message.isComposite;
                        continue;
                    }
                case 91: {
                        if (wireType !== 2)
                            break;
                        message.resultAccuracy = $root.xla.ResultAccuracy.decode(reader, reader.size(), $undefined, _depth + 1, message.resultAccuracy);
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        message.literal = $root.xla.LiteralProto.decode(reader, reader.size(), $undefined, _depth + 1, message.literal);
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.parameterNumber = value;
                        else
                            delete message.parameterNumber;
                        continue;
                    }
                case 61: {
                        if (wireType !== 2)
                            break;
                        message.parameterReplication = $root.xla.ParameterReplication.decode(reader, reader.size(), $undefined, _depth + 1, message.parameterReplication);
                        continue;
                    }
                case 11: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.fusionKind = value;
                        else
                            delete message.fusionKind;
                        continue;
                    }
                case 13: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.tupleIndex = value;
                        else
                            delete message.tupleIndex;
                        continue;
                    }
                case 14: {
                        if (wireType === 2) {
                            if (!(message.dimensions && message.dimensions.length))
                                message.dimensions = [];
                            reader.int64s(message.dimensions);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.dimensions && message.dimensions.length))
                            message.dimensions = [];
                        message.dimensions.push(reader.int64());
                        continue;
                    }
                case 15: {
                        if (wireType !== 2)
                            break;
                        message.window = $root.xla.Window.decode(reader, reader.size(), $undefined, _depth + 1, message.window);
                        continue;
                    }
                case 16: {
                        if (wireType !== 2)
                            break;
                        message.convolutionDimensionNumbers = $root.xla.ConvolutionDimensionNumbers.decode(reader, reader.size(), $undefined, _depth + 1, message.convolutionDimensionNumbers);
                        continue;
                    }
                case 97: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.convKind = value;
                        else
                            delete message.convKind;
                        continue;
                    }
                case 50: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.featureGroupCount = value;
                        else
                            delete message.featureGroupCount;
                        continue;
                    }
                case 58: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.batchGroupCount = value;
                        else
                            delete message.batchGroupCount;
                        continue;
                    }
                case 17: {
                        if (wireType !== 2)
                            break;
                        if (!(message.sliceDimensions && message.sliceDimensions.length))
                            message.sliceDimensions = [];
                        message.sliceDimensions.push($root.xla.HloInstructionProto.SliceDimensions.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 18: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.exponentBits = value;
                        else
                            delete message.exponentBits;
                        continue;
                    }
                case 19: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.mantissaBits = value;
                        else
                            delete message.mantissaBits;
                        continue;
                    }
                case 20: {
                        if (wireType === 2) {
                            if (!(message.dynamicSliceSizes && message.dynamicSliceSizes.length))
                                message.dynamicSliceSizes = [];
                            reader.int64s(message.dynamicSliceSizes);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.dynamicSliceSizes && message.dynamicSliceSizes.length))
                            message.dynamicSliceSizes = [];
                        message.dynamicSliceSizes.push(reader.int64());
                        continue;
                    }
                case 21: {
                        if (wireType !== 2)
                            break;
                        message.paddingConfig = $root.xla.PaddingConfig.decode(reader, reader.size(), $undefined, _depth + 1, message.paddingConfig);
                        continue;
                    }
                case 75: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.paddingType = value;
                        else
                            delete message.paddingType;
                        continue;
                    }
                case 23: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.distribution = value;
                        else
                            delete message.distribution;
                        continue;
                    }
                case 70: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.rngAlgorithm = value;
                        else
                            delete message.rngAlgorithm;
                        continue;
                    }
                case 66: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.delta = value;
                        else
                            delete message.delta;
                        continue;
                    }
                case 24: {
                        if (wireType !== 5)
                            break;
                        if (!$Object.is(value = reader.float(), 0))
                            message.epsilon = value;
                        else
                            delete message.epsilon;
                        continue;
                    }
                case 25: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.featureIndex = value;
                        else
                            delete message.featureIndex;
                        continue;
                    }
                case 30: {
                        if (wireType !== 2)
                            break;
                        message.dotDimensionNumbers = $root.xla.DotDimensionNumbers.decode(reader, reader.size(), $undefined, _depth + 1, message.dotDimensionNumbers);
                        continue;
                    }
                case 90: {
                        if (wireType !== 2)
                            break;
                        message.raggedDotDimensionNumbers = $root.xla.RaggedDotDimensionNumbers.decode(reader, reader.size(), $undefined, _depth + 1, message.raggedDotDimensionNumbers);
                        continue;
                    }
                case 51: {
                        if (wireType !== 2)
                            break;
                        message.precisionConfig = $root.xla.PrecisionConfig.decode(reader, reader.size(), $undefined, _depth + 1, message.precisionConfig);
                        continue;
                    }
                case 31: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.fftType = value;
                        else
                            delete message.fftType;
                        continue;
                    }
                case 32: {
                        if (wireType === 2) {
                            if (!(message.fftLength && message.fftLength.length))
                                message.fftLength = [];
                            reader.int64s(message.fftLength);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.fftLength && message.fftLength.length))
                            message.fftLength = [];
                        message.fftLength.push(reader.int64());
                        continue;
                    }
                case 63: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.comparisonDirection = value;
                        else
                            delete message.comparisonDirection;
                        continue;
                    }
                case 72: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.comparisonType = value;
                        else
                            delete message.comparisonType;
                        continue;
                    }
                case 33: {
                        if (wireType !== 2)
                            break;
                        message.gatherDimensionNumbers = $root.xla.GatherDimensionNumbers.decode(reader, reader.size(), $undefined, _depth + 1, message.gatherDimensionNumbers);
                        continue;
                    }
                case 34: {
                        if (wireType === 2) {
                            if (!(message.gatherSliceSizes && message.gatherSliceSizes.length))
                                message.gatherSliceSizes = [];
                            reader.int64s(message.gatherSliceSizes);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.gatherSliceSizes && message.gatherSliceSizes.length))
                            message.gatherSliceSizes = [];
                        message.gatherSliceSizes.push(reader.int64());
                        continue;
                    }
                case 48: {
                        if (wireType !== 2)
                            break;
                        message.scatterDimensionNumbers = $root.xla.ScatterDimensionNumbers.decode(reader, reader.size(), $undefined, _depth + 1, message.scatterDimensionNumbers);
                        continue;
                    }
                case 67: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.indicesAreSorted = value;
                        else
                            delete message.indicesAreSorted;
                        continue;
                    }
                case 69: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.uniqueIndices = value;
                        else
                            delete message.uniqueIndices;
                        continue;
                    }
                case 60: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.isStable = value;
                        else
                            delete message.isStable;
                        continue;
                    }
                case 81: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.k = value;
                        else
                            delete message.k;
                        continue;
                    }
                case 85: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.largest = value;
                        else
                            delete message.largest;
                        continue;
                    }
                case 59: {
                        if (wireType !== 2)
                            break;
                        message.triangularSolveOptions = $root.xla.TriangularSolveOptions.decode(reader, reader.size(), $undefined, _depth + 1, message.triangularSolveOptions);
                        continue;
                    }
                case 62: {
                        if (wireType !== 2)
                            break;
                        message.choleskyOptions = $root.xla.CholeskyOptions.decode(reader, reader.size(), $undefined, _depth + 1, message.choleskyOptions);
                        continue;
                    }
                case 94: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.isReverse = value;
                        else
                            delete message.isReverse;
                        continue;
                    }
                case 95: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.numCarries = value;
                        else
                            delete message.numCarries;
                        continue;
                    }
                case 96: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.isAssociative = value;
                        else
                            delete message.isAssociative;
                        continue;
                    }
                case 26: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.channelId = value;
                        else
                            delete message.channelId;
                        continue;
                    }
                case 71: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.useGlobalDeviceIds = value;
                        else
                            delete message.useGlobalDeviceIds;
                        continue;
                    }
                case 56: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.constrainLayout = value;
                        else
                            delete message.constrainLayout;
                        continue;
                    }
                case 49: {
                        if (wireType !== 2)
                            break;
                        if (!(message.replicaGroups && message.replicaGroups.length))
                            message.replicaGroups = [];
                        message.replicaGroups.push($root.xla.ReplicaGroup.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 87: {
                        if (wireType !== 2)
                            break;
                        message.collectiveDeviceList = $root.xla.CollectiveDeviceListProto.decode(reader, reader.size(), $undefined, _depth + 1, message.collectiveDeviceList);
                        message.replicaGroupList = "collectiveDeviceList";
                        continue;
                    }
                case 92: {
                        if (wireType !== 2)
                            break;
                        message.iotaCollectiveDeviceList = $root.xla.IotaReplicaGroupListProto.decode(reader, reader.size(), $undefined, _depth + 1, message.iotaCollectiveDeviceList);
                        message.replicaGroupList = "iotaCollectiveDeviceList";
                        continue;
                    }
                case 93: {
                        if (wireType !== 2)
                            break;
                        message.meshAxesReplicaGroupList = $root.xla.MeshAxesReplicaGroupListProto.decode(reader, reader.size(), $undefined, _depth + 1, message.meshAxesReplicaGroupList);
                        message.replicaGroupList = "meshAxesReplicaGroupList";
                        continue;
                    }
                case 52: {
                        if (wireType !== 2)
                            break;
                        if (!(message.sourceTargetPairs && message.sourceTargetPairs.length))
                            message.sourceTargetPairs = [];
                        message.sourceTargetPairs.push($root.xla.SourceTarget.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 47: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.isHostTransfer = value;
                        else
                            delete message.isHostTransfer;
                        continue;
                    }
                case 22: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.outfeedConfig = value;
                        else
                            delete message.outfeedConfig;
                        continue;
                    }
                case 27: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.infeedConfig = value;
                        else
                            delete message.infeedConfig;
                        continue;
                    }
                case 29: {
                        if (wireType !== 2)
                            break;
                        message.outfeedShape = $root.xla.ShapeProto.decode(reader, reader.size(), $undefined, _depth + 1, message.outfeedShape);
                        continue;
                    }
                case 54: {
                        if (wireType !== 2)
                            break;
                        message.domainEntrySharding = $root.xla.OpSharding.decode(reader, reader.size(), $undefined, _depth + 1, message.domainEntrySharding);
                        continue;
                    }
                case 55: {
                        if (wireType !== 2)
                            break;
                        message.domainExitSharding = $root.xla.OpSharding.decode(reader, reader.size(), $undefined, _depth + 1, message.domainExitSharding);
                        continue;
                    }
                case 79: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.asyncExecutionThread = value;
                        else
                            delete message.asyncExecutionThread;
                        continue;
                    }
                case 80: {
                        if (wireType !== 0)
                            break;
                        message.crossProgramPrefetchIndex = reader.int32();
                        message._crossProgramPrefetchIndex = "crossProgramPrefetchIndex";
                        continue;
                    }
                case 28: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.customCallTarget = value;
                        else
                            delete message.customCallTarget;
                        continue;
                    }
                case 65: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.customCallHasSideEffect = value;
                        else
                            delete message.customCallHasSideEffect;
                        continue;
                    }
                case 76: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.customCallSchedule = value;
                        else
                            delete message.customCallSchedule;
                        continue;
                    }
                case 77: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.customCallApiVersion = value;
                        else
                            delete message.customCallApiVersion;
                        continue;
                    }
                case 57: {
                        if (wireType !== 2)
                            break;
                        if (!(message.operandShapesWithLayout && message.operandShapesWithLayout.length))
                            message.operandShapesWithLayout = [];
                        message.operandShapesWithLayout.push($root.xla.ShapeProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 74: {
                        if (wireType !== 2)
                            break;
                        if (!(message.outputOperandAliasing && message.outputOperandAliasing.length))
                            message.outputOperandAliasing = [];
                        message.outputOperandAliasing.push($root.xla.OutputOperandAliasing.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        HloInstructionProto.SliceDimensions = (function() {

            const SliceDimensions = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            SliceDimensions.prototype.start = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            SliceDimensions.prototype.limit = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            SliceDimensions.prototype.stride = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            SliceDimensions.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.start != null && $Object.hasOwnProperty.call(message, "start") && (typeof message.start === "object" ? message.start.low || message.start.high : message.start !== 0))
                    writer.uint32(8).int64(message.start);
                if (message.limit != null && $Object.hasOwnProperty.call(message, "limit") && (typeof message.limit === "object" ? message.limit.low || message.limit.high : message.limit !== 0))
                    writer.uint32(16).int64(message.limit);
                if (message.stride != null && $Object.hasOwnProperty.call(message, "stride") && (typeof message.stride === "object" ? message.stride.low || message.stride.high : message.stride !== 0))
                    writer.uint32(24).int64(message.stride);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            SliceDimensions.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.HloInstructionProto.SliceDimensions();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.start = value;
                            else
                                delete message.start;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.limit = value;
                            else
                                delete message.limit;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.stride = value;
                            else
                                delete message.stride;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SliceDimensions;
        })();

        return HloInstructionProto;
    })();

    xla.HloComputationProto = (function() {

        const HloComputationProto = function (properties) {
            this.instructions = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        HloComputationProto.prototype.name = "";
        HloComputationProto.prototype.instructions = $util.emptyArray;
        HloComputationProto.prototype.programShape = null;
        HloComputationProto.prototype.id = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloComputationProto.prototype.rootId = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloComputationProto.prototype.isFusionComputation = false;
        HloComputationProto.prototype.executionThread = "";

        HloComputationProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(10).string(message.name);
            if (message.instructions != null && message.instructions.length)
                for (let i = 0; i < message.instructions.length; ++i)
                    $root.xla.HloInstructionProto.encode(message.instructions[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.programShape != null && $Object.hasOwnProperty.call(message, "programShape"))
                $root.xla.ProgramShapeProto.encode(message.programShape, writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && (typeof message.id === "object" ? message.id.low || message.id.high : message.id !== 0))
                writer.uint32(40).int64(message.id);
            if (message.rootId != null && $Object.hasOwnProperty.call(message, "rootId") && (typeof message.rootId === "object" ? message.rootId.low || message.rootId.high : message.rootId !== 0))
                writer.uint32(48).int64(message.rootId);
            if (message.isFusionComputation != null && $Object.hasOwnProperty.call(message, "isFusionComputation") && message.isFusionComputation !== false)
                writer.uint32(56).bool(message.isFusionComputation);
            if (message.executionThread != null && $Object.hasOwnProperty.call(message, "executionThread") && message.executionThread !== "")
                writer.uint32(66).string(message.executionThread);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        HloComputationProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.HloComputationProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.instructions && message.instructions.length))
                            message.instructions = [];
                        message.instructions.push($root.xla.HloInstructionProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.programShape = $root.xla.ProgramShapeProto.decode(reader, reader.size(), $undefined, _depth + 1, message.programShape);
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.rootId = value;
                        else
                            delete message.rootId;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.isFusionComputation = value;
                        else
                            delete message.isFusionComputation;
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.executionThread = value;
                        else
                            delete message.executionThread;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return HloComputationProto;
    })();

    xla.HloScheduleProto = (function() {

        const HloScheduleProto = function (properties) {
            this.sequences = {};
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        HloScheduleProto.prototype.sequences = $util.emptyObject;

        HloScheduleProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.sequences != null && $Object.hasOwnProperty.call(message, "sequences"))
                for (let keys = $Object.keys(message.sequences), i = 0; i < keys.length; ++i) {
                    writer.uint32(10).fork().uint32(8).int64($util.longFromKey(keys[i], false));
                    $root.xla.HloScheduleProto.InstructionSequence.encode(message.sequences[keys[i]], writer.uint32(18).fork(), _depth + 1).ldelim().ldelim();
                }
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        HloScheduleProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, key, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.HloScheduleProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (message.sequences === $util.emptyObject)
                            message.sequences = {};
                        let end2 = reader.size() + reader.pos;
                        if (end2 > reader.len)
                            throw $RangeError("index out of range");
                        reader.len = end2;
                        key = 0;
                        value = null;
                        while (reader.pos < end2) {
                            let tag2 = reader.tag();
                            wireType = tag2 & 7;
                            switch (tag2 >>>= 3) {
                            case 1:
                                if (wireType !== 0)
                                    break;
                                key = reader.int64();
                                continue;
                            case 2:
                                if (wireType !== 2)
                                    break;
                                value = $root.xla.HloScheduleProto.InstructionSequence.decode(reader, reader.size(), $undefined, _depth + 1, value);
                                continue;
                            }
                            reader.skipType(wireType, _depth, tag2);
                        }
                        if (reader.pos !== end2)
                            throw $RangeError("index out of range");
                        reader.len = end;
                        message.sequences[typeof key === "object" ? $util.longToHash(key) : key] = value || new $root.xla.HloScheduleProto.InstructionSequence();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        HloScheduleProto.InstructionSequence = (function() {

            const InstructionSequence = function (properties) {
                this.instructionIds = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            InstructionSequence.prototype.instructionIds = $util.emptyArray;

            InstructionSequence.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.instructionIds != null && message.instructionIds.length)
                    writer.uint32(10).int64s(message.instructionIds);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            InstructionSequence.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.HloScheduleProto.InstructionSequence();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.instructionIds && message.instructionIds.length))
                                    message.instructionIds = [];
                                reader.int64s(message.instructionIds);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.instructionIds && message.instructionIds.length))
                                message.instructionIds = [];
                            message.instructionIds.push(reader.int64());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return InstructionSequence;
        })();

        return HloScheduleProto;
    })();

    xla.Kind = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "UNDEFINED_ALIAS"] = 0;
        values[valuesById[1] = "MAY_ALIAS"] = 1;
        values[valuesById[2] = "MUST_ALIAS"] = 2;
        return values;
    })();

    xla.HloInputOutputAliasProto = (function() {

        const HloInputOutputAliasProto = function (properties) {
            this.entries = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        HloInputOutputAliasProto.prototype.entries = $util.emptyArray;

        HloInputOutputAliasProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.entries != null && message.entries.length)
                for (let i = 0; i < message.entries.length; ++i)
                    $root.xla.HloInputOutputAliasProto.AliasEntryProto.encode(message.entries[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        HloInputOutputAliasProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.HloInputOutputAliasProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.entries && message.entries.length))
                            message.entries = [];
                        message.entries.push($root.xla.HloInputOutputAliasProto.AliasEntryProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        HloInputOutputAliasProto.AliasEntryProto = (function() {

            const AliasEntryProto = function (properties) {
                this.outputShapeIndex = [];
                this.parameterShapeIndex = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            AliasEntryProto.prototype.outputShapeIndex = $util.emptyArray;
            AliasEntryProto.prototype.parameterNumber = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            AliasEntryProto.prototype.parameterShapeIndex = $util.emptyArray;
            AliasEntryProto.prototype.kind = 0;

            AliasEntryProto.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.outputShapeIndex != null && message.outputShapeIndex.length)
                    writer.uint32(10).int64s(message.outputShapeIndex);
                if (message.parameterNumber != null && $Object.hasOwnProperty.call(message, "parameterNumber") && (typeof message.parameterNumber === "object" ? message.parameterNumber.low || message.parameterNumber.high : message.parameterNumber !== 0))
                    writer.uint32(16).int64(message.parameterNumber);
                if (message.parameterShapeIndex != null && message.parameterShapeIndex.length)
                    writer.uint32(26).int64s(message.parameterShapeIndex);
                if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
                    writer.uint32(32).int32(message.kind);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            AliasEntryProto.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.HloInputOutputAliasProto.AliasEntryProto();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.outputShapeIndex && message.outputShapeIndex.length))
                                    message.outputShapeIndex = [];
                                reader.int64s(message.outputShapeIndex);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.outputShapeIndex && message.outputShapeIndex.length))
                                message.outputShapeIndex = [];
                            message.outputShapeIndex.push(reader.int64());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.parameterNumber = value;
                            else
                                delete message.parameterNumber;
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.parameterShapeIndex && message.parameterShapeIndex.length))
                                    message.parameterShapeIndex = [];
                                reader.int64s(message.parameterShapeIndex);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.parameterShapeIndex && message.parameterShapeIndex.length))
                                message.parameterShapeIndex = [];
                            message.parameterShapeIndex.push(reader.int64());
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.kind = value;
                            else
                                delete message.kind;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return AliasEntryProto;
        })();

        return HloInputOutputAliasProto;
    })();

    xla.HloBufferDonorProto = (function() {

        const HloBufferDonorProto = function (properties) {
            this.entries = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        HloBufferDonorProto.prototype.entries = $util.emptyArray;

        HloBufferDonorProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.entries != null && message.entries.length)
                for (let i = 0; i < message.entries.length; ++i)
                    $root.xla.HloBufferDonorProto.BufferDonorEntryProto.encode(message.entries[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        HloBufferDonorProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.HloBufferDonorProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.entries && message.entries.length))
                            message.entries = [];
                        message.entries.push($root.xla.HloBufferDonorProto.BufferDonorEntryProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        HloBufferDonorProto.BufferDonorEntryProto = (function() {

            const BufferDonorEntryProto = function (properties) {
                this.parameterShapeIndex = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            BufferDonorEntryProto.prototype.parameterNumber = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            BufferDonorEntryProto.prototype.parameterShapeIndex = $util.emptyArray;

            BufferDonorEntryProto.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.parameterNumber != null && $Object.hasOwnProperty.call(message, "parameterNumber") && (typeof message.parameterNumber === "object" ? message.parameterNumber.low || message.parameterNumber.high : message.parameterNumber !== 0))
                    writer.uint32(8).int64(message.parameterNumber);
                if (message.parameterShapeIndex != null && message.parameterShapeIndex.length)
                    writer.uint32(18).int64s(message.parameterShapeIndex);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            BufferDonorEntryProto.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.HloBufferDonorProto.BufferDonorEntryProto();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.parameterNumber = value;
                            else
                                delete message.parameterNumber;
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.parameterShapeIndex && message.parameterShapeIndex.length))
                                    message.parameterShapeIndex = [];
                                reader.int64s(message.parameterShapeIndex);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.parameterShapeIndex && message.parameterShapeIndex.length))
                                message.parameterShapeIndex = [];
                            message.parameterShapeIndex.push(reader.int64());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return BufferDonorEntryProto;
        })();

        return HloBufferDonorProto;
    })();

    xla.StackFrameIndexProto = (function() {

        const StackFrameIndexProto = function (properties) {
            this.fileNames = [];
            this.functionNames = [];
            this.fileLocations = [];
            this.stackFrames = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        StackFrameIndexProto.prototype.fileNames = $util.emptyArray;
        StackFrameIndexProto.prototype.functionNames = $util.emptyArray;
        StackFrameIndexProto.prototype.fileLocations = $util.emptyArray;
        StackFrameIndexProto.prototype.stackFrames = $util.emptyArray;

        StackFrameIndexProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.fileNames != null && message.fileNames.length)
                for (let i = 0; i < message.fileNames.length; ++i)
                    writer.uint32(10).string(message.fileNames[i]);
            if (message.functionNames != null && message.functionNames.length)
                for (let i = 0; i < message.functionNames.length; ++i)
                    writer.uint32(18).string(message.functionNames[i]);
            if (message.fileLocations != null && message.fileLocations.length)
                for (let i = 0; i < message.fileLocations.length; ++i)
                    $root.xla.StackFrameIndexProto.FileLocation.encode(message.fileLocations[i], writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.stackFrames != null && message.stackFrames.length)
                for (let i = 0; i < message.stackFrames.length; ++i)
                    $root.xla.StackFrameIndexProto.StackFrame.encode(message.stackFrames[i], writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        StackFrameIndexProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.StackFrameIndexProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.fileNames && message.fileNames.length))
                            message.fileNames = [];
                        message.fileNames.push(reader.stringVerify());
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.functionNames && message.functionNames.length))
                            message.functionNames = [];
                        message.functionNames.push(reader.stringVerify());
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.fileLocations && message.fileLocations.length))
                            message.fileLocations = [];
                        message.fileLocations.push($root.xla.StackFrameIndexProto.FileLocation.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if (!(message.stackFrames && message.stackFrames.length))
                            message.stackFrames = [];
                        message.stackFrames.push($root.xla.StackFrameIndexProto.StackFrame.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        StackFrameIndexProto.FileLocation = (function() {

            const FileLocation = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            FileLocation.prototype.fileNameId = 0;
            FileLocation.prototype.functionNameId = 0;
            FileLocation.prototype.line = 0;
            FileLocation.prototype.column = 0;
            FileLocation.prototype.endLine = 0;
            FileLocation.prototype.endColumn = 0;

            FileLocation.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.fileNameId != null && $Object.hasOwnProperty.call(message, "fileNameId") && message.fileNameId !== 0)
                    writer.uint32(8).int32(message.fileNameId);
                if (message.functionNameId != null && $Object.hasOwnProperty.call(message, "functionNameId") && message.functionNameId !== 0)
                    writer.uint32(16).int32(message.functionNameId);
                if (message.line != null && $Object.hasOwnProperty.call(message, "line") && message.line !== 0)
                    writer.uint32(24).int32(message.line);
                if (message.column != null && $Object.hasOwnProperty.call(message, "column") && message.column !== 0)
                    writer.uint32(32).int32(message.column);
                if (message.endLine != null && $Object.hasOwnProperty.call(message, "endLine") && message.endLine !== 0)
                    writer.uint32(40).int32(message.endLine);
                if (message.endColumn != null && $Object.hasOwnProperty.call(message, "endColumn") && message.endColumn !== 0)
                    writer.uint32(48).int32(message.endColumn);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            FileLocation.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.StackFrameIndexProto.FileLocation();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.fileNameId = value;
                            else
                                delete message.fileNameId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.functionNameId = value;
                            else
                                delete message.functionNameId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.line = value;
                            else
                                delete message.line;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.column = value;
                            else
                                delete message.column;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.endLine = value;
                            else
                                delete message.endLine;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.endColumn = value;
                            else
                                delete message.endColumn;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return FileLocation;
        })();

        StackFrameIndexProto.StackFrame = (function() {

            const StackFrame = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            StackFrame.prototype.fileLocationId = 0;
            StackFrame.prototype.parentFrameId = 0;

            StackFrame.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.fileLocationId != null && $Object.hasOwnProperty.call(message, "fileLocationId") && message.fileLocationId !== 0)
                    writer.uint32(8).int32(message.fileLocationId);
                if (message.parentFrameId != null && $Object.hasOwnProperty.call(message, "parentFrameId") && message.parentFrameId !== 0)
                    writer.uint32(16).int32(message.parentFrameId);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            StackFrame.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.xla.StackFrameIndexProto.StackFrame();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.fileLocationId = value;
                            else
                                delete message.fileLocationId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.parentFrameId = value;
                            else
                                delete message.parentFrameId;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return StackFrame;
        })();

        return StackFrameIndexProto;
    })();

    xla.HloModuleProto = (function() {

        const HloModuleProto = function (properties) {
            this.computations = [];
            this.spmdParametersShardings = [];
            this.payloads = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        HloModuleProto.prototype.name = "";
        HloModuleProto.prototype.entryComputationName = "";
        HloModuleProto.prototype.computations = $util.emptyArray;
        HloModuleProto.prototype.hostProgramShape = null;
        HloModuleProto.prototype.id = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloModuleProto.prototype.entryComputationId = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloModuleProto.prototype.schedule = null;
        HloModuleProto.prototype.inputOutputAlias = null;
        HloModuleProto.prototype.isDynamic = false;
        HloModuleProto.prototype.spmdOutputSharding = null;
        HloModuleProto.prototype.spmdParametersShardings = $util.emptyArray;
        HloModuleProto.prototype.deviceAssignment = null;
        HloModuleProto.prototype.useAutoSpmdPartitioning = false;
        HloModuleProto.prototype.stackFrameIndex = null;
        HloModuleProto.prototype.bufferDonor = null;
        HloModuleProto.prototype.frontendAttributes = null;
        HloModuleProto.prototype.deviceType = "";
        HloModuleProto.prototype.payloads = $util.emptyArray;

        HloModuleProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(10).string(message.name);
            if (message.entryComputationName != null && $Object.hasOwnProperty.call(message, "entryComputationName") && message.entryComputationName !== "")
                writer.uint32(18).string(message.entryComputationName);
            if (message.computations != null && message.computations.length)
                for (let i = 0; i < message.computations.length; ++i)
                    $root.xla.HloComputationProto.encode(message.computations[i], writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.hostProgramShape != null && $Object.hasOwnProperty.call(message, "hostProgramShape"))
                $root.xla.ProgramShapeProto.encode(message.hostProgramShape, writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && (typeof message.id === "object" ? message.id.low || message.id.high : message.id !== 0))
                writer.uint32(40).int64(message.id);
            if (message.entryComputationId != null && $Object.hasOwnProperty.call(message, "entryComputationId") && (typeof message.entryComputationId === "object" ? message.entryComputationId.low || message.entryComputationId.high : message.entryComputationId !== 0))
                writer.uint32(48).int64(message.entryComputationId);
            if (message.schedule != null && $Object.hasOwnProperty.call(message, "schedule"))
                $root.xla.HloScheduleProto.encode(message.schedule, writer.uint32(58).fork(), _depth + 1).ldelim();
            if (message.inputOutputAlias != null && $Object.hasOwnProperty.call(message, "inputOutputAlias"))
                $root.xla.HloInputOutputAliasProto.encode(message.inputOutputAlias, writer.uint32(66).fork(), _depth + 1).ldelim();
            if (message.isDynamic != null && $Object.hasOwnProperty.call(message, "isDynamic") && message.isDynamic !== false)
                writer.uint32(88).bool(message.isDynamic);
            if (message.spmdOutputSharding != null && $Object.hasOwnProperty.call(message, "spmdOutputSharding"))
                $root.xla.OpSharding.encode(message.spmdOutputSharding, writer.uint32(98).fork(), _depth + 1).ldelim();
            if (message.spmdParametersShardings != null && message.spmdParametersShardings.length)
                for (let i = 0; i < message.spmdParametersShardings.length; ++i)
                    $root.xla.OpSharding.encode(message.spmdParametersShardings[i], writer.uint32(114).fork(), _depth + 1).ldelim();
            if (message.deviceAssignment != null && $Object.hasOwnProperty.call(message, "deviceAssignment"))
                $root.xla.DeviceAssignmentProto.encode(message.deviceAssignment, writer.uint32(122).fork(), _depth + 1).ldelim();
            if (message.useAutoSpmdPartitioning != null && $Object.hasOwnProperty.call(message, "useAutoSpmdPartitioning") && message.useAutoSpmdPartitioning !== false)
                writer.uint32(128).bool(message.useAutoSpmdPartitioning);
            if (message.stackFrameIndex != null && $Object.hasOwnProperty.call(message, "stackFrameIndex"))
                $root.xla.StackFrameIndexProto.encode(message.stackFrameIndex, writer.uint32(138).fork(), _depth + 1).ldelim();
            if (message.bufferDonor != null && $Object.hasOwnProperty.call(message, "bufferDonor"))
                $root.xla.HloBufferDonorProto.encode(message.bufferDonor, writer.uint32(146).fork(), _depth + 1).ldelim();
            if (message.frontendAttributes != null && $Object.hasOwnProperty.call(message, "frontendAttributes"))
                $root.xla.FrontendAttributes.encode(message.frontendAttributes, writer.uint32(154).fork(), _depth + 1).ldelim();
            if (message.deviceType != null && $Object.hasOwnProperty.call(message, "deviceType") && message.deviceType !== "")
                writer.uint32(170).string(message.deviceType);
            if (message.payloads != null && message.payloads.length)
                for (let i = 0; i < message.payloads.length; ++i)
                    writer.uint32(178).bytes(message.payloads[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        HloModuleProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.HloModuleProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.entryComputationName = value;
                        else
                            delete message.entryComputationName;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.computations && message.computations.length))
                            message.computations = [];
                        message.computations.push($root.xla.HloComputationProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.hostProgramShape = $root.xla.ProgramShapeProto.decode(reader, reader.size(), $undefined, _depth + 1, message.hostProgramShape);
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.entryComputationId = value;
                        else
                            delete message.entryComputationId;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        message.schedule = $root.xla.HloScheduleProto.decode(reader, reader.size(), $undefined, _depth + 1, message.schedule);
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        message.inputOutputAlias = $root.xla.HloInputOutputAliasProto.decode(reader, reader.size(), $undefined, _depth + 1, message.inputOutputAlias);
                        continue;
                    }
                case 11: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.isDynamic = value;
                        else
                            delete message.isDynamic;
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        message.spmdOutputSharding = $root.xla.OpSharding.decode(reader, reader.size(), $undefined, _depth + 1, message.spmdOutputSharding);
                        continue;
                    }
                case 14: {
                        if (wireType !== 2)
                            break;
                        if (!(message.spmdParametersShardings && message.spmdParametersShardings.length))
                            message.spmdParametersShardings = [];
                        message.spmdParametersShardings.push($root.xla.OpSharding.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 15: {
                        if (wireType !== 2)
                            break;
                        message.deviceAssignment = $root.xla.DeviceAssignmentProto.decode(reader, reader.size(), $undefined, _depth + 1, message.deviceAssignment);
                        continue;
                    }
                case 16: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.useAutoSpmdPartitioning = value;
                        else
                            delete message.useAutoSpmdPartitioning;
                        continue;
                    }
                case 17: {
                        if (wireType !== 2)
                            break;
                        message.stackFrameIndex = $root.xla.StackFrameIndexProto.decode(reader, reader.size(), $undefined, _depth + 1, message.stackFrameIndex);
                        continue;
                    }
                case 18: {
                        if (wireType !== 2)
                            break;
                        message.bufferDonor = $root.xla.HloBufferDonorProto.decode(reader, reader.size(), $undefined, _depth + 1, message.bufferDonor);
                        continue;
                    }
                case 19: {
                        if (wireType !== 2)
                            break;
                        message.frontendAttributes = $root.xla.FrontendAttributes.decode(reader, reader.size(), $undefined, _depth + 1, message.frontendAttributes);
                        continue;
                    }
                case 21: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.deviceType = value;
                        else
                            delete message.deviceType;
                        continue;
                    }
                case 22: {
                        if (wireType !== 2)
                            break;
                        if (!(message.payloads && message.payloads.length))
                            message.payloads = [];
                        message.payloads.push(reader.bytes());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return HloModuleProto;
    })();

    xla.HloModuleConfigProto = (function() {

        const HloModuleConfigProto = function (properties) {
            this.allowSpmdShardingPropagationToOutput = [];
            this.allowSpmdShardingPropagationToParameters = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        HloModuleConfigProto.prototype.entryComputationLayout = null;
        HloModuleConfigProto.prototype.seed = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
        HloModuleConfigProto.prototype.launchId = 0;
        HloModuleConfigProto.prototype.replicaCount = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloModuleConfigProto.prototype.numPartitions = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        HloModuleConfigProto.prototype.useSpmdPartitioning = false;
        HloModuleConfigProto.prototype.deviceType = "";
        HloModuleConfigProto.prototype.staticDeviceAssignment = null;
        HloModuleConfigProto.prototype.aliasPassthroughParams = false;
        HloModuleConfigProto.prototype.allowSpmdShardingPropagationToOutput = $util.emptyArray;
        HloModuleConfigProto.prototype.allowSpmdShardingPropagationToParameters = $util.emptyArray;
        HloModuleConfigProto.prototype.useShardyPartitioner = false;

        HloModuleConfigProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.entryComputationLayout != null && $Object.hasOwnProperty.call(message, "entryComputationLayout"))
                $root.xla.ProgramShapeProto.encode(message.entryComputationLayout, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.seed != null && $Object.hasOwnProperty.call(message, "seed") && (typeof message.seed === "object" ? message.seed.low || message.seed.high : message.seed !== 0))
                writer.uint32(16).uint64(message.seed);
            if (message.launchId != null && $Object.hasOwnProperty.call(message, "launchId") && message.launchId !== 0)
                writer.uint32(24).int32(message.launchId);
            if (message.replicaCount != null && $Object.hasOwnProperty.call(message, "replicaCount") && (typeof message.replicaCount === "object" ? message.replicaCount.low || message.replicaCount.high : message.replicaCount !== 0))
                writer.uint32(32).int64(message.replicaCount);
            if (message.numPartitions != null && $Object.hasOwnProperty.call(message, "numPartitions") && (typeof message.numPartitions === "object" ? message.numPartitions.low || message.numPartitions.high : message.numPartitions !== 0))
                writer.uint32(40).int64(message.numPartitions);
            if (message.useSpmdPartitioning != null && $Object.hasOwnProperty.call(message, "useSpmdPartitioning") && message.useSpmdPartitioning !== false)
                writer.uint32(56).bool(message.useSpmdPartitioning);
            if (message.deviceType != null && $Object.hasOwnProperty.call(message, "deviceType") && message.deviceType !== "")
                writer.uint32(106).string(message.deviceType);
            if (message.staticDeviceAssignment != null && $Object.hasOwnProperty.call(message, "staticDeviceAssignment"))
                $root.xla.DeviceAssignmentProto.encode(message.staticDeviceAssignment, writer.uint32(122).fork(), _depth + 1).ldelim();
            if (message.aliasPassthroughParams != null && $Object.hasOwnProperty.call(message, "aliasPassthroughParams") && message.aliasPassthroughParams !== false)
                writer.uint32(136).bool(message.aliasPassthroughParams);
            if (message.allowSpmdShardingPropagationToOutput != null && message.allowSpmdShardingPropagationToOutput.length)
                writer.uint32(218).bools(message.allowSpmdShardingPropagationToOutput);
            if (message.allowSpmdShardingPropagationToParameters != null && message.allowSpmdShardingPropagationToParameters.length)
                writer.uint32(266).bools(message.allowSpmdShardingPropagationToParameters);
            if (message.useShardyPartitioner != null && $Object.hasOwnProperty.call(message, "useShardyPartitioner") && message.useShardyPartitioner !== false)
                writer.uint32(272).bool(message.useShardyPartitioner);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        HloModuleConfigProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.HloModuleConfigProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.entryComputationLayout = $root.xla.ProgramShapeProto.decode(reader, reader.size(), $undefined, _depth + 1, message.entryComputationLayout);
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.seed = value;
                        else
                            delete message.seed;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.launchId = value;
                        else
                            delete message.launchId;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.replicaCount = value;
                        else
                            delete message.replicaCount;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.numPartitions = value;
                        else
                            delete message.numPartitions;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.useSpmdPartitioning = value;
                        else
                            delete message.useSpmdPartitioning;
                        continue;
                    }
                case 13: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.deviceType = value;
                        else
                            delete message.deviceType;
                        continue;
                    }
                case 15: {
                        if (wireType !== 2)
                            break;
                        message.staticDeviceAssignment = $root.xla.DeviceAssignmentProto.decode(reader, reader.size(), $undefined, _depth + 1, message.staticDeviceAssignment);
                        continue;
                    }
                case 17: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.aliasPassthroughParams = value;
                        else
                            delete message.aliasPassthroughParams;
                        continue;
                    }
                case 27: {
                        if (wireType === 2) {
                            if (!(message.allowSpmdShardingPropagationToOutput && message.allowSpmdShardingPropagationToOutput.length))
                                message.allowSpmdShardingPropagationToOutput = [];
                            reader.bools(message.allowSpmdShardingPropagationToOutput);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.allowSpmdShardingPropagationToOutput && message.allowSpmdShardingPropagationToOutput.length))
                            message.allowSpmdShardingPropagationToOutput = [];
                        message.allowSpmdShardingPropagationToOutput.push(reader.bool());
                        continue;
                    }
                case 33: {
                        if (wireType === 2) {
                            if (!(message.allowSpmdShardingPropagationToParameters && message.allowSpmdShardingPropagationToParameters.length))
                                message.allowSpmdShardingPropagationToParameters = [];
                            reader.bools(message.allowSpmdShardingPropagationToParameters);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.allowSpmdShardingPropagationToParameters && message.allowSpmdShardingPropagationToParameters.length))
                            message.allowSpmdShardingPropagationToParameters = [];
                        message.allowSpmdShardingPropagationToParameters.push(reader.bool());
                        continue;
                    }
                case 34: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.useShardyPartitioner = value;
                        else
                            delete message.useShardyPartitioner;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return HloModuleConfigProto;
    })();

    xla.HloModuleProtoWithConfig = (function() {

        const HloModuleProtoWithConfig = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        HloModuleProtoWithConfig.prototype.hloModule = null;
        HloModuleProtoWithConfig.prototype.config = null;

        HloModuleProtoWithConfig.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.hloModule != null && $Object.hasOwnProperty.call(message, "hloModule"))
                $root.xla.HloModuleProto.encode(message.hloModule, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.config != null && $Object.hasOwnProperty.call(message, "config"))
                $root.xla.HloModuleConfigProto.encode(message.config, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        HloModuleProtoWithConfig.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.HloModuleProtoWithConfig();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.hloModule = $root.xla.HloModuleProto.decode(reader, reader.size(), $undefined, _depth + 1, message.hloModule);
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.config = $root.xla.HloModuleConfigProto.decode(reader, reader.size(), $undefined, _depth + 1, message.config);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return HloModuleProtoWithConfig;
    })();

    xla.ExecutableBuildOptionsProto = (function() {

        const ExecutableBuildOptionsProto = function (properties) {
            this.allowSpmdShardingPropagationToOutput = [];
            this.allowSpmdShardingPropagationToParameters = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ExecutableBuildOptionsProto.prototype.deviceOrdinal = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ExecutableBuildOptionsProto.prototype.numReplicas = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ExecutableBuildOptionsProto.prototype.numPartitions = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ExecutableBuildOptionsProto.prototype.useSpmdPartitioning = false;
        ExecutableBuildOptionsProto.prototype.useAutoSpmdPartitioning = false;
        ExecutableBuildOptionsProto.prototype.deduplicateHlo = false;
        ExecutableBuildOptionsProto.prototype.deviceAssignment = null;
        ExecutableBuildOptionsProto.prototype.aliasPassthroughParams = false;
        ExecutableBuildOptionsProto.prototype.runBackendOnly = false;
        ExecutableBuildOptionsProto.prototype.allowSpmdShardingPropagationToOutput = $util.emptyArray;
        ExecutableBuildOptionsProto.prototype.deviceMemorySize = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ExecutableBuildOptionsProto.prototype.allowSpmdShardingPropagationToParameters = $util.emptyArray;
        ExecutableBuildOptionsProto.prototype.useShardyPartitioner = false;
        ExecutableBuildOptionsProto.prototype.execTimeOptimizationEffort = 0;
        ExecutableBuildOptionsProto.prototype.memoryFittingEffort = 0;
        ExecutableBuildOptionsProto.prototype.processIndex = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        ExecutableBuildOptionsProto.prototype.processCount = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        ExecutableBuildOptionsProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.deviceOrdinal != null && $Object.hasOwnProperty.call(message, "deviceOrdinal") && (typeof message.deviceOrdinal === "object" ? message.deviceOrdinal.low || message.deviceOrdinal.high : message.deviceOrdinal !== 0))
                writer.uint32(8).int64(message.deviceOrdinal);
            if (message.numReplicas != null && $Object.hasOwnProperty.call(message, "numReplicas") && (typeof message.numReplicas === "object" ? message.numReplicas.low || message.numReplicas.high : message.numReplicas !== 0))
                writer.uint32(32).int64(message.numReplicas);
            if (message.numPartitions != null && $Object.hasOwnProperty.call(message, "numPartitions") && (typeof message.numPartitions === "object" ? message.numPartitions.low || message.numPartitions.high : message.numPartitions !== 0))
                writer.uint32(40).int64(message.numPartitions);
            if (message.useSpmdPartitioning != null && $Object.hasOwnProperty.call(message, "useSpmdPartitioning") && message.useSpmdPartitioning !== false)
                writer.uint32(48).bool(message.useSpmdPartitioning);
            if (message.useAutoSpmdPartitioning != null && $Object.hasOwnProperty.call(message, "useAutoSpmdPartitioning") && message.useAutoSpmdPartitioning !== false)
                writer.uint32(56).bool(message.useAutoSpmdPartitioning);
            if (message.deduplicateHlo != null && $Object.hasOwnProperty.call(message, "deduplicateHlo") && message.deduplicateHlo !== false)
                writer.uint32(64).bool(message.deduplicateHlo);
            if (message.deviceAssignment != null && $Object.hasOwnProperty.call(message, "deviceAssignment"))
                $root.xla.DeviceAssignmentProto.encode(message.deviceAssignment, writer.uint32(74).fork(), _depth + 1).ldelim();
            if (message.aliasPassthroughParams != null && $Object.hasOwnProperty.call(message, "aliasPassthroughParams") && message.aliasPassthroughParams !== false)
                writer.uint32(80).bool(message.aliasPassthroughParams);
            if (message.runBackendOnly != null && $Object.hasOwnProperty.call(message, "runBackendOnly") && message.runBackendOnly !== false)
                writer.uint32(88).bool(message.runBackendOnly);
            if (message.allowSpmdShardingPropagationToOutput != null && message.allowSpmdShardingPropagationToOutput.length)
                writer.uint32(98).bools(message.allowSpmdShardingPropagationToOutput);
            if (message.deviceMemorySize != null && $Object.hasOwnProperty.call(message, "deviceMemorySize") && (typeof message.deviceMemorySize === "object" ? message.deviceMemorySize.low || message.deviceMemorySize.high : message.deviceMemorySize !== 0))
                writer.uint32(120).int64(message.deviceMemorySize);
            if (message.allowSpmdShardingPropagationToParameters != null && message.allowSpmdShardingPropagationToParameters.length)
                writer.uint32(146).bools(message.allowSpmdShardingPropagationToParameters);
            if (message.useShardyPartitioner != null && $Object.hasOwnProperty.call(message, "useShardyPartitioner") && message.useShardyPartitioner !== false)
                writer.uint32(152).bool(message.useShardyPartitioner);
            if (message.execTimeOptimizationEffort != null && $Object.hasOwnProperty.call(message, "execTimeOptimizationEffort") && !$Object.is(message.execTimeOptimizationEffort, 0))
                writer.uint32(165).float(message.execTimeOptimizationEffort);
            if (message.memoryFittingEffort != null && $Object.hasOwnProperty.call(message, "memoryFittingEffort") && !$Object.is(message.memoryFittingEffort, 0))
                writer.uint32(173).float(message.memoryFittingEffort);
            if (message.processIndex != null && $Object.hasOwnProperty.call(message, "processIndex") && (typeof message.processIndex === "object" ? message.processIndex.low || message.processIndex.high : message.processIndex !== 0))
                writer.uint32(176).int64(message.processIndex);
            if (message.processCount != null && $Object.hasOwnProperty.call(message, "processCount") && (typeof message.processCount === "object" ? message.processCount.low || message.processCount.high : message.processCount !== 0))
                writer.uint32(184).int64(message.processCount);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ExecutableBuildOptionsProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.ExecutableBuildOptionsProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.deviceOrdinal = value;
                        else
                            delete message.deviceOrdinal;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.numReplicas = value;
                        else
                            delete message.numReplicas;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.numPartitions = value;
                        else
                            delete message.numPartitions;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.useSpmdPartitioning = value;
                        else
                            delete message.useSpmdPartitioning;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.useAutoSpmdPartitioning = value;
                        else
                            delete message.useAutoSpmdPartitioning;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.deduplicateHlo = value;
                        else
                            delete message.deduplicateHlo;
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        message.deviceAssignment = $root.xla.DeviceAssignmentProto.decode(reader, reader.size(), $undefined, _depth + 1, message.deviceAssignment);
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.aliasPassthroughParams = value;
                        else
                            delete message.aliasPassthroughParams;
                        continue;
                    }
                case 11: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.runBackendOnly = value;
                        else
                            delete message.runBackendOnly;
                        continue;
                    }
                case 12: {
                        if (wireType === 2) {
                            if (!(message.allowSpmdShardingPropagationToOutput && message.allowSpmdShardingPropagationToOutput.length))
                                message.allowSpmdShardingPropagationToOutput = [];
                            reader.bools(message.allowSpmdShardingPropagationToOutput);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.allowSpmdShardingPropagationToOutput && message.allowSpmdShardingPropagationToOutput.length))
                            message.allowSpmdShardingPropagationToOutput = [];
                        message.allowSpmdShardingPropagationToOutput.push(reader.bool());
                        continue;
                    }
                case 15: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.deviceMemorySize = value;
                        else
                            delete message.deviceMemorySize;
                        continue;
                    }
                case 18: {
                        if (wireType === 2) {
                            if (!(message.allowSpmdShardingPropagationToParameters && message.allowSpmdShardingPropagationToParameters.length))
                                message.allowSpmdShardingPropagationToParameters = [];
                            reader.bools(message.allowSpmdShardingPropagationToParameters);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.allowSpmdShardingPropagationToParameters && message.allowSpmdShardingPropagationToParameters.length))
                            message.allowSpmdShardingPropagationToParameters = [];
                        message.allowSpmdShardingPropagationToParameters.push(reader.bool());
                        continue;
                    }
                case 19: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.useShardyPartitioner = value;
                        else
                            delete message.useShardyPartitioner;
                        continue;
                    }
                case 20: {
                        if (wireType !== 5)
                            break;
                        if (!$Object.is(value = reader.float(), 0))
                            message.execTimeOptimizationEffort = value;
                        else
                            delete message.execTimeOptimizationEffort;
                        continue;
                    }
                case 21: {
                        if (wireType !== 5)
                            break;
                        if (!$Object.is(value = reader.float(), 0))
                            message.memoryFittingEffort = value;
                        else
                            delete message.memoryFittingEffort;
                        continue;
                    }
                case 22: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.processIndex = value;
                        else
                            delete message.processIndex;
                        continue;
                    }
                case 23: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.processCount = value;
                        else
                            delete message.processCount;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ExecutableBuildOptionsProto;
    })();

    xla.OptionOverrideProto = (function() {

        const OptionOverrideProto = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        OptionOverrideProto.prototype.stringField = null;
        OptionOverrideProto.prototype.boolField = null;
        OptionOverrideProto.prototype.intField = null;
        OptionOverrideProto.prototype.doubleField = null;

        let $oneOfFields;

        $Object.defineProperty(OptionOverrideProto.prototype, "value", {
            get: $util.oneOfGetter($oneOfFields = ["stringField", "boolField", "intField", "doubleField"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        OptionOverrideProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.stringField != null && $Object.hasOwnProperty.call(message, "stringField"))
                writer.uint32(10).string(message.stringField);
            if (message.boolField != null && $Object.hasOwnProperty.call(message, "boolField"))
                writer.uint32(16).bool(message.boolField);
            if (message.intField != null && $Object.hasOwnProperty.call(message, "intField"))
                writer.uint32(24).int64(message.intField);
            if (message.doubleField != null && $Object.hasOwnProperty.call(message, "doubleField"))
                writer.uint32(33).double(message.doubleField);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        OptionOverrideProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.OptionOverrideProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.stringField = reader.stringVerify();
                        message.value = "stringField";
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.boolField = reader.bool();
                        message.value = "boolField";
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.intField = reader.int64();
                        message.value = "intField";
                        continue;
                    }
                case 4: {
                        if (wireType !== 1)
                            break;
                        message.doubleField = reader.double();
                        message.value = "doubleField";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return OptionOverrideProto;
    })();

    xla.CompileOptionsProto = (function() {

        const CompileOptionsProto = function (properties) {
            this.argumentLayouts = [];
            this.envOptionOverrides = {};
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        CompileOptionsProto.prototype.argumentLayouts = $util.emptyArray;
        CompileOptionsProto.prototype.parameterIsTupledArguments = false;
        CompileOptionsProto.prototype.executableBuildOptions = null;
        CompileOptionsProto.prototype.compilePortableExecutable = false;
        CompileOptionsProto.prototype.profileVersion = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        CompileOptionsProto.prototype.envOptionOverrides = $util.emptyObject;

        CompileOptionsProto.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.argumentLayouts != null && message.argumentLayouts.length)
                for (let i = 0; i < message.argumentLayouts.length; ++i)
                    $root.xla.ShapeProto.encode(message.argumentLayouts[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.parameterIsTupledArguments != null && $Object.hasOwnProperty.call(message, "parameterIsTupledArguments") && message.parameterIsTupledArguments !== false)
                writer.uint32(16).bool(message.parameterIsTupledArguments);
            if (message.executableBuildOptions != null && $Object.hasOwnProperty.call(message, "executableBuildOptions"))
                $root.xla.ExecutableBuildOptionsProto.encode(message.executableBuildOptions, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.compilePortableExecutable != null && $Object.hasOwnProperty.call(message, "compilePortableExecutable") && message.compilePortableExecutable !== false)
                writer.uint32(32).bool(message.compilePortableExecutable);
            if (message.profileVersion != null && $Object.hasOwnProperty.call(message, "profileVersion") && (typeof message.profileVersion === "object" ? message.profileVersion.low || message.profileVersion.high : message.profileVersion !== 0))
                writer.uint32(40).int64(message.profileVersion);
            if (message.envOptionOverrides != null && $Object.hasOwnProperty.call(message, "envOptionOverrides"))
                for (let keys = $Object.keys(message.envOptionOverrides), i = 0; i < keys.length; ++i) {
                    writer.uint32(58).fork().uint32(10).string(keys[i]);
                    $root.xla.OptionOverrideProto.encode(message.envOptionOverrides[keys[i]], writer.uint32(18).fork(), _depth + 1).ldelim().ldelim();
                }
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        CompileOptionsProto.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, key, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.xla.CompileOptionsProto();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.argumentLayouts && message.argumentLayouts.length))
                            message.argumentLayouts = [];
                        message.argumentLayouts.push($root.xla.ShapeProto.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.parameterIsTupledArguments = value;
                        else
                            delete message.parameterIsTupledArguments;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.executableBuildOptions = $root.xla.ExecutableBuildOptionsProto.decode(reader, reader.size(), $undefined, _depth + 1, message.executableBuildOptions);
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.compilePortableExecutable = value;
                        else
                            delete message.compilePortableExecutable;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.profileVersion = value;
                        else
                            delete message.profileVersion;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if (message.envOptionOverrides === $util.emptyObject)
                            message.envOptionOverrides = {};
                        let end2 = reader.size() + reader.pos;
                        if (end2 > reader.len)
                            throw $RangeError("index out of range");
                        reader.len = end2;
                        key = "";
                        value = null;
                        while (reader.pos < end2) {
                            let tag2 = reader.tag();
                            wireType = tag2 & 7;
                            switch (tag2 >>>= 3) {
                            case 1:
                                if (wireType !== 2)
                                    break;
                                key = reader.stringVerify();
                                continue;
                            case 2:
                                if (wireType !== 2)
                                    break;
                                value = $root.xla.OptionOverrideProto.decode(reader, reader.size(), $undefined, _depth + 1, value);
                                continue;
                            }
                            reader.skipType(wireType, _depth, tag2);
                        }
                        if (reader.pos !== end2)
                            throw $RangeError("index out of range");
                        reader.len = end;
                        if (key === "__proto__")
                            $util.makeProp(message.envOptionOverrides, key);
                        message.envOptionOverrides[key] = value || new $root.xla.OptionOverrideProto();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return CompileOptionsProto;
    })();

    return xla;
})();

export {
  $root as default
};
